"""A small language for formulas of points, and its compiler: it knows neither flames nor Blender.

``language`` has the rules of the language and a form of it for numpy arrays, ``vectors`` the values of a
program, ``lowering`` turns a syntax tree into instructions on them, ``mathematics`` has the elementary
functions in the language itself. ``targets`` print the instructions; ``linker`` makes machine code, ``store``
keeps it on disk, and ``threads`` runs it.

What is no formula is plain Python that numba compiles: ``kernels`` calls such functions, and
``numba_internals`` has all that numba does not promise.
"""
