"""Rows: peewee, its models and its SQL; implements the store protocols of the rooms above.

No model and no peewee exception leaves this room. Tenant rows are selected through their org and no other way.
"""
