"""Long work: a second Blender, what the window shows of it, and files that several processes write.

Knows neither flames nor bakes.
A file is claimed before it is written, and a baked file is never overwritten.
"""
