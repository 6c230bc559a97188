"""Bytes ↔ values: every published format, without keys, files or a database."""
