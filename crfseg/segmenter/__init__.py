"""TODO segmenter."""
