"""The data source proxy: what a proxied request and its answer look like, decided before anything is sent.

Opens no socket, and must not know Flask or a dialect.
"""
