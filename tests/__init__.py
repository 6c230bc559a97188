"""Tests: what is proved is in their names."""
