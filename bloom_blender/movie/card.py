"""A film as one picture to share: moments of the flower over the curve of the run, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..develop import png_bytes, render
from ..develop.picture import resized
from ..errors import BloomError
from ..files import check_target, replace_file
from ..flame.model import Flame
from ..flame.parameters import with_parameters
from ..growth import Curves
from ..growth.outcome import is_held_out, judges_of
from ..trajectory import Series, Trajectory

MOMENTS = 5
WIDTH, MARGIN, GAP = 1600, 56, 14
_TITLE, _TEXT, _SMALL = 44, 24, 19  # sizes of type, pixels
_CHART = 300
_TWICE = 2  # lines are drawn at twice the size and made smaller, so that they have no steps
_BACKGROUND, _BRIGHT, _DIM, _GRID = (11, 11, 15), (238, 236, 232), (150, 148, 152), (44, 43, 50)
_HELD_OUT, _TRAINING = (255, 176, 92), (122, 142, 190)
_POINTS = 1200  # of a curve: a longer one shows the range of each part


@dataclass(frozen=True)
class Words:
    """What a card says.

    Parameters
    ----------
    title
        The run's name.
    outcome
        What came of it, one sentence.
    footer
        What moves what.
    """

    title: str
    outcome: str
    footer: str


def make_card(
    trajectory: Trajectory,
    flame: Flame,
    curves: Curves,
    steps: Sequence[float] | np.ndarray,
    words: Words,
    output: str | os.PathLike[str],
    *,
    quality: float = 200.0,
    moments: int = MOMENTS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a card of a film as a PNG of 1600 pixels width.

    Parameters
    ----------
    trajectory, flame, curves
        The run, the base flame, and what `growth.grow` made of them.
    steps
        The step that each frame shows, see `growth.film_steps`.
    words
        See `Words`.
    output
        The file, .png.
    quality
        Points per pixel of the moments.
    moments
        How many moments of the film are shown, 2 to 8, evenly from the first frame to the last.
    seed, threads
        See `develop.render`.
    progress
        Called with the moments that are done and all that there are.

    Raises
    ------
    BloomError
        If the file cannot be written, Pillow is missing, or a number is out of range.
    """
    path = Path(output)
    check_target(path)
    if path.suffix.lower() != ".png":
        raise BloomError(f"{path.name} is not a PNG: end the card's name in .png.")
    if not 2 <= moments <= 8:
        raise BloomError(f"A card of {moments} moments cannot be laid out: give 2 to 8.")
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise BloomError('A card needs Pillow: `pip install "bloom-blender[render]"`.') from None
    curves = curves.in_time_order()
    side = (WIDTH - 2 * MARGIN - (moments - 1) * GAP) // moments
    frames = np.linspace(0, curves.frames - 1, moments).round().astype(int)
    pictures = []
    for count, frame in enumerate(frames):
        if progress is not None:
            progress(count, moments)
        still = with_parameters(flame, curves.parameters(int(frame)))
        pictures.append(_square(still, side, quality, seed, threads))
    if progress is not None:
        progress(moments, moments)

    top = MARGIN + _TITLE + 14 + _TEXT + 34
    chart = (MARGIN, top + side + 46, WIDTH - MARGIN, top + side + 46 + _CHART)
    height = chart[3] + 3 * _SMALL + MARGIN + 24
    large = Image.new("RGB", (WIDTH * _TWICE, height * _TWICE), _BACKGROUND)
    shown = [steps[frame] for frame in frames]
    middles = [MARGIN + index * (side + GAP) + side // 2 for index in range(moments)]
    labels = _draw_chart(ImageDraw.Draw(large), trajectory, chart, shown, middles, top + side)
    card = large.resize((WIDTH, height), Image.Resampling.BOX)
    for index, pixels in enumerate(pictures):
        card.paste(Image.fromarray(pixels), (MARGIN + index * (side + GAP), top))
    pen = ImageDraw.Draw(card)

    def write(place: tuple[float, float], text: str, size: int, color, anchor: str = "la") -> None:
        font = ImageFont.load_default(size)
        while size > 10 and pen.textlength(text, font) > WIDTH - 2 * MARGIN:
            size -= 1
            font = ImageFont.load_default(size)
        pen.text(place, text, fill=color, font=font, anchor=anchor)

    write((MARGIN, MARGIN - 8), words.title, _TITLE, _BRIGHT)
    write((MARGIN, MARGIN + _TITLE + 10), words.outcome, _TEXT, _DIM)
    for place, text, color, anchor in labels:
        write(place, text, _SMALL, color, anchor)
    write((MARGIN, height - MARGIN - _SMALL + 8), words.footer, _SMALL, _DIM)
    write((WIDTH - MARGIN, height - MARGIN - _SMALL + 8), "Bloom", _SMALL, _DIM, "ra")
    with replace_file(path) as temporary:
        temporary.write_bytes(png_bytes(np.asarray(card, np.float32) / 255.0))
    return path


def _square(flame: Flame, side: int, quality: float, seed: int, threads: int | None) -> np.ndarray:
    """The middle of a flame's picture, (side, side, 3) uint8."""
    width, height = flame.camera.size
    flame = resized(flame, max(round(side * max(width / height, 1.0)), side))
    tone = replace(flame.tone, supersample=max(flame.tone.supersample, 2))
    picture = render(replace(flame, tone=tone), quality=quality, seed=seed, threads=threads)
    rows, columns = picture.shape[:2]
    whole = np.zeros((side, side, 3), np.uint8)
    pixels = np.clip(picture[..., :3] * 255.0 + 0.5, 0, 255).astype(np.uint8)
    pixels = pixels[max(rows - side, 0) // 2 :][:side, max(columns - side, 0) // 2 :][:, :side]
    start = (side - pixels.shape[0]) // 2  # a flame that is wider than a square at its height
    whole[start : start + pixels.shape[0], : pixels.shape[1]] = pixels
    return whole


Label = tuple[tuple[float, float], str, tuple[int, int, int], str]


def chosen_metrics(trajectory: Trajectory) -> list[Series]:
    """The curves of a card: a metric that judges the run, and the loss of training beside it."""
    judges = list(judges_of(trajectory)[:1])
    losses = [
        one
        for one in trajectory.series
        if one.kind == "metric" and "loss" in one.name.lower() and not is_held_out(one.name)
        and one.values.ndim == 1
    ]  # fmt: skip
    return [*losses[:1], *(one for one in judges if one.name not in {loss.name for loss in losses[:1]})]


def _draw_chart(
    pen: Any,
    trajectory: Trajectory,
    chart: tuple[int, int, int, int],
    shown: Sequence[float],
    middles: Sequence[int],
    below: int,
) -> list[Label]:
    """Draw curves and moments at twice the size; the texts that belong to them, at the card's own."""
    left, top, right, bottom = chart
    metrics = chosen_metrics(trajectory)
    every = [one.steps for one in trajectory.series] + [table.steps for table in trajectory.embeddings]
    first = min(int(steps[0]) for steps in every)
    last = max(max(int(steps[-1]) for steps in every), first + 1)

    def across(step: Any) -> Any:
        return (left + (np.asarray(step, float) - first) / (last - first) * (right - left)) * _TWICE

    for y in (top, (top + bottom) / 2, bottom):
        pen.line([left * _TWICE, y * _TWICE, right * _TWICE, y * _TWICE], fill=_GRID, width=2)
    for step, middle in zip(shown, middles, strict=True):
        x = float(across(step))
        bend = (middle * _TWICE, (below + 8) * _TWICE, x, (top - 12) * _TWICE, x, bottom * _TWICE)
        pen.line(bend, fill=(78, 76, 88), width=2)
    labels: list[Label] = [
        ((left, bottom + 8), f"step {first:,}", _DIM, "la"),
        ((right, bottom + 8), f"{last:,}", _DIM, "ra"),
    ]
    place = float(right)
    for one in metrics:
        color = _HELD_OUT if is_held_out(one.name) else _TRAINING
        steps, values = _thinned(one)
        good = np.isfinite(values)
        if good.sum() < 2:
            continue
        scaled = _scaled(values)
        points = np.stack([across(steps), (bottom - scaled * (bottom - top)) * _TWICE], 1)
        for part in np.split(points, np.flatnonzero(~good)):
            part = part[np.isfinite(part[:, 1])]
            if len(part) > 1:
                pen.line([tuple(point) for point in part.tolist()], fill=color, width=5, joint="curve")
        text = f"{one.name}  {values[good][0]:.3g} to {values[good][-1]:.3g}"
        labels.append(((place - 12, top + 12), text, color, "ra"))
        place -= 24 + 10 * len(text)
    return labels


def _thinned(one: Series) -> tuple[np.ndarray, np.ndarray]:
    """A metric with at most some thousand points: lowest and highest of each part."""
    count = len(one.steps)
    if count <= _POINTS:
        return one.steps, one.values
    kept: set[int] = {0, count - 1}
    for part in np.array_split(np.arange(count), _POINTS // 2):
        values = one.values[part]
        if np.isfinite(values).any():
            kept |= {int(part[np.nanargmin(values)]), int(part[np.nanargmax(values)])}
    chosen = np.array(sorted(kept))
    return one.steps[chosen], one.values[chosen]


def _scaled(values: np.ndarray) -> np.ndarray:
    """Values from 0, the lowest, to 1; by their logarithm where they span more than a factor of ten."""
    with np.errstate(all="ignore"):
        values = np.where(np.isfinite(values), values, np.nan)
        low, high = np.nanmin(values), np.nanmax(values)
        if low > 0.0 and high > 10.0 * low:
            values, low, high = np.log(values), np.log(low), np.log(high)
    return (values - low) / (high - low) if high > low else np.where(np.isnan(values), np.nan, 0.5)
