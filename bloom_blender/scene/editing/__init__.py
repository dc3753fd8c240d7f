"""Changes of a flame's structure that keep values and curves, and sheets of pictures to choose from.

An edit is a pure function of `bloom_blender.flame.editing`; here it is applied to an object.
Operators and the list of xforms call it.
"""
