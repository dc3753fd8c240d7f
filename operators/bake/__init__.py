"""Bakes and previews: start, stop, delete, choose."""
