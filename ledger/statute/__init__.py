"""Law and local rules as dated, cited data, and the code that computes with them; pure."""
