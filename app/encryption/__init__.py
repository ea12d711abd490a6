"""secureJsonData at rest: data keys wrapped by the secret key, field-by-field ciphertexts.

Must not know what a data source is, nor where blobs are kept.
"""
