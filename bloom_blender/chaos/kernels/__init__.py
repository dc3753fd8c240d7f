"""The kernels that numba compiles once for all flames, and ``build``, which compiles or loads them.

All modules here but ``build`` and ``layout`` import numba, so only functions of ``build`` import them.
"""
