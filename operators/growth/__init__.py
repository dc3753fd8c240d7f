"""Import a training run and let it move a flame."""
