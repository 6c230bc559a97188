"""Signing, hashing, keys, time: what makes an entry evidence."""
