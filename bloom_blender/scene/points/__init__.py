"""A flame object's point cloud: what to compute, the mesh that holds it, its material and its files.

Knows flame objects; knows neither runs nor bakes.
The numba core is imported when points are first computed.
"""
