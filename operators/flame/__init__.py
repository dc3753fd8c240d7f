"""Add, read, write and refresh flames."""
