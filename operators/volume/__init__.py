"""The box of a volume."""
