"""The demonstration: two schools, forty made-up pupils, one school year, three attempts to cheat.

Nothing of the product depends on it.  Schools' names and numbers are public facts
(see `schools.toml`); every pupil, parent and member of staff is made up.
"""
