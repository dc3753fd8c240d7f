"""Bakes of points, volumes and rendered frames over a range, and the preview.

A bake is a generator that yields its progress after each frame.
It runs in this Blender or in a second one.
"""
