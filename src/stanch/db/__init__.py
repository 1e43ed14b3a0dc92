"""One SQL text for SQLite and PostgreSQL: connection, transaction, migrations."""
