"""An independent verifier, written from `docs/formats/` alone.

It shares no line with `ledger/` and imports the standard library and
`cryptography` only, so that a mistake in the one is not repeated in the other.
It is for comparison, not for use: whole files in memory, no threads, no mercy.
"""
