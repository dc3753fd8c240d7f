"""A flame as a Blender object: its structure, values, settings and palette.

Nothing here computes points or writes curves.
What must follow a changed setting is called through `hooks`.
"""
