"""Speaking HTTP/1.1 to a data source's own server: sockets, TLS, pooled connections, deadlines.

A leaf: must not know data sources, orgs or permissions.
"""
