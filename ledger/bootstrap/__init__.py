"""The composition root: the only place that joins concrete parts, opens private keys and reads the clock."""
