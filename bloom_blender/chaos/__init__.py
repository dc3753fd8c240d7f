"""The numba core: points, histograms and density of a flame."""
