"""What one call sets up: a flame in a scene, camera, render settings, compositor, viewport, assets.

Each function finds out what can go wrong before it changes the file.
Older files are brought up to date here.
"""
