"""From light to display colours: gamma, vibrancy, highlights, background, tone curves."""

from __future__ import annotations

import numpy as np

from ..flame.compatibility import Rules
from ..flame.curves import bezier, is_resting, points_of, spline
from ..flame.model import Tone

_ROWS = 64
_ENTRIES = 65536
_RESTING_SPLINE = tuple((k / 4.0, k / 4.0) for k in range(5))


def display(light: np.ndarray, tone: Tone, rules: Rules) -> np.ndarray:
    """Display-referred red, green, blue and alpha in 0..1, (height, width, 4) float32.

    The background is already behind the colours; alpha says how much of it is covered.
    """
    return curved(corrected(light, tone, rules), tone, rules)


def corrected(light: np.ndarray, tone: Tone, rules: Rules) -> np.ndarray:
    """Display-referred red, green, blue and alpha in 0..1 before the curves, (rows, columns, 4) float32."""
    result = np.empty_like(light)
    for row in range(0, len(light), _ROWS):  # in parts, so that memory stays small
        result[row : row + _ROWS] = _corrected(light[row : row + _ROWS], tone, np.float32(rules.white))
    return result


def _corrected(light: np.ndarray, tone: Tone, white: np.float32) -> np.ndarray:
    color, density = light[..., :3], light[..., 3:]
    power = np.float32(1.0 / tone.gamma)
    vibrancy = np.float32(tone.vibrancy)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        alpha = _alpha(density, power, tone.gamma_threshold)
        scale = np.where(density > 0.0, white * vibrancy * alpha / density, np.float32(0.0))
        alpha = np.clip(alpha, 0.0, 1.0)
        result = _highlights(color, scale, np.float32(tone.highlight_power))
        if tone.vibrancy != 1.0:
            result = result + white * (1.0 - vibrancy) * np.abs(color) ** power
        behind = white * np.array(tone.background, np.float32)
    result = np.nan_to_num(result + (1.0 - alpha) * behind, nan=0.0)
    return np.concatenate([np.clip(result, 0.0, 1.0), alpha], 2)


def curved(picture: np.ndarray, tone: Tone, rules: Rules) -> np.ndarray:
    """What the tone curves make of display colours; the array itself is changed, and clipped to 0..1."""
    np.clip(picture, 0.0, 1.0, out=picture)
    curves = curve_tables(tone, rules)
    if curves is not None:
        for row in picture:
            row[:, :3] = curves[np.arange(3), (row[:, :3] * (_ENTRIES - 1)).astype(np.int64)]
    return picture


def _alpha(density: np.ndarray, power: np.float32, threshold: float) -> np.ndarray:
    """density ** power, which below the threshold turns into a straight line through 0."""
    alpha = density**power
    if threshold > 0.0:
        limit = np.float32(threshold)
        share = density / limit
        alpha = np.where(
            density < limit, (1.0 - share) * density * limit ** (power - 1.0) + share * alpha, alpha
        )
    return np.where(density > 0.0, alpha, np.float32(0.0))


def _highlights(color: np.ndarray, scale: np.ndarray, power: np.float32) -> np.ndarray:
    """Scaled colour; where it passes 1 it keeps its hue, and fades to white if ``power`` says so."""
    most = color.max(2, keepdims=True)
    burnt = scale * most > 1.0
    safe = np.where(most > 0.0, most, np.float32(1.0))
    if power >= 0.0:
        faded = 1.0 - (1.0 - color / safe) * np.where(burnt, 1.0 / (safe * scale), 1.0) ** power
    else:
        kept = min(np.float32(1.0), -power)
        faded = color * ((1.0 - kept) / safe + kept * scale)
    return np.where(burnt, faded, color * scale)


def curve_tables(tone: Tone, rules: Rules) -> np.ndarray | None:
    """What red, green and blue become, (3, 65536) float32; None if they stay what they are."""
    t = np.linspace(0.0, 1.0, _ENTRIES)
    if tone.splines and rules.splines:
        curves = tone.splines
        if all(curve == _RESTING_SPLINE for curve in curves):
            return None
        values = [spline(curve, t) for curve in curves]
    elif tone.curves and not is_resting(tone.curves):
        if rules.splines:
            values = [spline(points_of(curve), t) for curve in tone.curves]
        else:
            values = [np.array([bezier(curve, at) for at in t]) for curve in tone.curves]
    else:
        return None
    overall = np.clip(values[0], 0.0, 1.0)
    index = (overall * (_ENTRIES - 1)).astype(np.int64)
    return np.stack([np.clip(channel[index], 0.0, 1.0) for channel in values[1:]]).astype(np.float32)
