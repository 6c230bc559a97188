"""Stores entry and seal together; the only place that knows SQL and the eventsourcing library's persistence."""
