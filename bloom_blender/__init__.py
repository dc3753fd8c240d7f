"""Bloom: training trajectories of neural networks as animated fractal flames."""

__version__ = "0.1.0"
