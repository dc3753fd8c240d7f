"""A general camera for histograms: any perspective or parallel projection, with clipping and a lens.

The camera of a flame's own file is another one (see ``histogram.view_of``): it draws what lies behind it
upside down and blurs by ember's rule. This one follows the rules of cameras in 3-D programs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Lens:
    """What makes a camera blur what is out of its focus.

    Parameters
    ----------
    start, slope
        The circle of confusion of a point at depth d is ``(start + slope * d) / w`` pixels in radius, with
        the ``w`` of `Projection.matrix`.
    blades
        Corners of the aperture, 0 for a disc.
    rotation
        Of the aperture, radians.
    ratio
        Height to width of the aperture (anamorphic lenses have 2).
    soft
        Concentrate the blur in its middle, with the same mean square: every radius is equally likely, as in
        flame renderers. Otherwise every place on the aperture is.
    """

    start: float
    slope: float
    blades: int = 0
    rotation: float = 0.0
    ratio: float = 1.0
    soft: bool = False


@dataclass(frozen=True)
class Projection:
    """A camera in front of a flame.

    Parameters
    ----------
    size
        Width and height of the picture, pixels.
    matrix
        (4, 4) from flame space, homogeneous, to ``(column * w, row * w, w, depth)``: pixels from the top left
        corner, the divisor of the perspective (1 without), and the distance along the axis of view.
    near, far
        Depths between which points are seen.
    lens
        None for a sharp picture.
    scale
        Pixels per unit of flame space where the flame's brightness is meant to hold.
    """

    size: tuple[int, int]
    matrix: np.ndarray
    near: float
    far: float
    lens: Lens | None = None
    scale: float = 1.0

    def numbers(
        self,
        frame: tuple[int, int, int, int],
        *,
        phase: float,
        colors: int,
        depths: tuple[float, float] | None = None,
    ) -> np.ndarray:
        """What the kernel's ``photograph`` reads, float32.

        Parameters
        ----------
        frame
            Columns, rows, gutter and supersample of the buckets.
        phase, colors
            Shift and length of the palette.
        depths
            Where given, the index into the palette goes from 0 to 1 between these depths.
        """
        columns, rows, gutter, supersample = frame
        column, row, divisor, depth = np.asarray(self.matrix, np.float64)
        lens = self.lens or Lens(0.0, 0.0)
        # The mean square of a radius is 1/2 on a disc, 1/3 where all radii are equally likely.
        blur = supersample * (1.5**0.5 if lens.soft else 1.0)
        origin, end = depths or (0.0, np.inf)
        numbers = [
            *(column * supersample + gutter * divisor), *(row * supersample + gutter * divisor),
            *divisor, *depth,
            columns, rows, self.near, self.far,
            lens.start * blur, lens.slope * blur,
            lens.blades if lens.blades >= 3 else 0, lens.rotation, 1.0 / max(lens.ratio, 1e-3),
            phase, colors,
            origin, 1.0 / max(end - origin, 1e-30), lens.soft,
        ]  # fmt: skip
        return np.array(numbers, np.float32)
