"""Kernel modules written at run time; ``compiling`` points this package's path at the cache folder.

numba finds the globals of a cached function by importing its module by name, so kernels need a name of
their own below this package.
"""
