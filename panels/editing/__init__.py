"""Xforms, parameters and palette of a flame."""
