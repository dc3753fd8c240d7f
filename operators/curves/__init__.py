"""The curves and markers that a run made."""
