"""Words of the field as frozen values; pure."""
