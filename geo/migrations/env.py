"""Alembic's entry: runs on the connection that geo.migrations hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version", version_table_schema="ops")
context.run_migrations()
