"""One file per noun: its events, its state, its decisions; pure."""
