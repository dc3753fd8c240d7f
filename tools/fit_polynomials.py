"""Fit the polynomials of ``bloom_blender/codegen/mathematics.py`` and print their coefficients.

Near-minimax in the relative error, by Lawson's reweighted least squares on Chebyshev nodes
(C. L. Lawson, 1961). Run it with any Python that has numpy: ``python tools/fit_polynomials.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


def fit(
    target: Function, powers: Sequence[int], low: float, high: float, scale: Function
) -> tuple[float, np.ndarray]:
    """Coefficients c of sum(c_k x**powers_k) that keep |error| / |scale| small on [low, high]."""
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    matrix = np.stack([nodes**p for p in powers], 1) / scale(nodes)[:, None]
    right = target(nodes) / scale(nodes)
    weights = np.ones(nodes.size)
    best = (np.inf, np.zeros(len(powers)))
    for _ in range(60):
        root = np.sqrt(weights)
        coefficients = np.linalg.lstsq(matrix * root[:, None], right * root, rcond=None)[0]
        error = np.abs(matrix @ coefficients - right)
        if error.max() < best[0]:
            best = (float(error.max()), coefficients)
        weights *= error / error.max() + 1e-9
        weights /= weights.mean()
    return best


def main() -> None:
    """Print every polynomial with its largest relative error."""
    half_log2 = float(np.log(2) / 2)
    narrow = float((np.sqrt(2) - 1) / (np.sqrt(2) + 1))
    jobs = {
        "sin(x) - x": (lambda x: np.sin(x) - x, (3, 5, 7, 9), 1e-3, np.pi / 2, np.sin),
        "atan(x) - x": (lambda x: np.arctan(x) - x, (3, 5, 7, 9, 11, 13, 15, 17), 1e-3, 1.0, np.arctan),
        "exp(x) - 1 - x": (lambda x: np.expm1(x) - x, (2, 3, 4, 5, 6), -half_log2, half_log2, np.exp),
        "log((1+s)/(1-s)) - 2s": (lambda s: 2 * np.arctanh(s) - 2 * s, (3, 5, 7), 1e-4, narrow, np.arctanh),
    }
    for name, job in jobs.items():
        error, coefficients = fit(job[0], job[1], job[2], job[3], job[4])
        print(f"{name}: relative error {error:.2e}")
        for power, coefficient in zip(job[1], coefficients, strict=True):
            print(f"    x^{power}: {coefficient:.9e}")


if __name__ == "__main__":
    main()
