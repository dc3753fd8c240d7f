"""Change the structure and palette of the active flame."""
