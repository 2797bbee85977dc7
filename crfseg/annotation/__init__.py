"""TODO annotation."""
