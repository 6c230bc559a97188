"""Choose and freeze what a stranger is shown."""
