"""Bytes in, named findings out."""
