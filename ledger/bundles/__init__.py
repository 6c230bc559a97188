"""Build, receive and acknowledge a record transfer."""
