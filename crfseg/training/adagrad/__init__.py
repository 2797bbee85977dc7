"""TODO training/adagrad."""
