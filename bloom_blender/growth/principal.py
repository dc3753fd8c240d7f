"""Principal directions with a sign that no library decides."""

from __future__ import annotations

import numpy as np

_TIE = 1e-9  # entries this close to the largest, relatively, count as equally large


def fix_signs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """`right` (n, D) with each row's sign such that its column of `left` (N, n) peaks upwards.

    A singular vector and its negative are equally right, and which one a library returns depends on
    its version. Here the entry of largest magnitude of the left singular vector is positive; among
    entries that are equally large but for rounding, the first decides.
    """
    magnitude = np.abs(left)
    peak = np.argmax(magnitude >= magnitude.max(axis=0) * (1.0 - _TIE), axis=0)
    negative = left[peak, np.arange(left.shape[1])] < 0.0
    return np.where(negative[:, None], -right, right)


def principal_directions(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right singular vectors of `rows` and their singular values, largest first.

    Parameters
    ----------
    rows : (N, D) float64
        As they are: whoever wants them centred subtracts the mean before.

    Returns
    -------
    directions : (min(N, D), D) float64
        Orthonormal rows, with the signs of `fix_signs`.
    strengths : (min(N, D),) float64
    """
    left, strengths, right = np.linalg.svd(rows, full_matrices=False)
    return fix_signs(left, right), strengths
