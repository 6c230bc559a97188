"""Stores entry and seal together; alone knows the eventsourcing library's persistence."""
