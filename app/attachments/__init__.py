"""Amazon's applications, workspaces, and the attachments of data sources to them: a state machine and its use cases.

Must not know HTTP, bodies or tables: dialects ask it, storage obeys it.
"""
