"""Queries over a data source that need no engine: what is asked, which requests answer it, and the rows that come back.

Must not know Flask, a dialect, sockets or storage; the HTTP access to the data source's server is an argument.

A door reads the text (``ppl.parser.parse``), looks up the data source that it names, makes the plan
(``ppl.planning.plan``), and has it answered (``prometheus.run``, ``data_sources.shown``) over ``asking.through``.
"""
