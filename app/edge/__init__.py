"""Flask plumbing that all dialects share: who asks, bodies in, JSON out, errors by path prefix, OpenAPI, health.

Must not know what a data source is.
"""
