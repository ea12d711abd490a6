"""THE CORE: what a data source is, and what may be done with it.

Must not know HTTP, JSON shapes of a dialect, peewee or sockets.
"""
