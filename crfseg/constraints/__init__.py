"""TODO constraints."""
