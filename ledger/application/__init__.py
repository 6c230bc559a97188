"""One file per noun: load, ask, save."""
