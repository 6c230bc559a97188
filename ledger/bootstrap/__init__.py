"""The composition root: it alone joins concrete parts, opens private keys and reads the clock."""
