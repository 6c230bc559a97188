"""What schools bring in: CSV registers."""
