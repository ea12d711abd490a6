"""Who is asking and what they may do: identities, roles, tokens, passwords, orgs, users, service accounts.

Must not know data sources, HTTP or peewee.
"""
