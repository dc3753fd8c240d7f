"""Draw flames as pictures without Blender, with the light and the tone that the extension gives them.

    python tools/preview_flame.py rose.flame -o rose.png --width 960 --points 6000000
    python tools/preview_flame.py *.flame -o sheet.png --sheet --width 480 --points 2000000

The points are those of the point cloud; they are seen through `flame.view.pinhole`, summed in a histogram,
smoothed where they are few, and toned as `scene.setup.compositor` tones (S. Draves, E. Reckase, The Fractal
Flame Algorithm, 2008, section 4). Only the glow is left out.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bloom_blender.chaos.points import compute_points
from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Camera, Flame
from bloom_blender.flame.view import pinhole
from bloom_blender.flame.xml import read_flames

#: As in `scene.setup.compositor`: the factor of legacy programs, and the group's own settings.
_LEGACY, _BURN, _SATURATION = 268.0 / 256.0, 0.5, 1.1
#: Widths of the smoothing in pixels, each for pixels around which at least so many points lie.
_SMOOTHING = ((0.0, 12.0), (0.7, 4.0), (1.2, 1.5), (2.2, 1e-9))


@dataclass(frozen=True)
class Measures:
    """How well a picture is filled: shares in 0..1."""

    inside: float
    brightest: float
    dark: float


def project(positions: np.ndarray, camera: Camera, width: int, random: np.random.Generator) -> np.ndarray:
    """Pixel coordinates, (N, 2) float64, x right and y down; points behind the camera become NaN.

    Depth blur moves each point in a disc as wide as the lens makes its image.
    """
    lens = pinhole(camera)
    points = positions.astype(np.float64) * (1.0, -1.0, 1.0)
    seen = (points - lens.matrix[:3, 3]) @ lens.matrix[:3, :3]
    if lens.perspective:
        distance = np.where(seen[:, 2] < 0.0, -seen[:, 2], np.nan)
        plane = seen[:, :2] * (lens.focus_distance / distance)[:, None]
        blur = lens.aperture_radius * np.abs(distance - lens.focus_distance) / distance
        angle, share = 2.0 * math.pi * random.random(len(points)), np.sqrt(random.random(len(points)))
        plane += np.stack([np.cos(angle), np.sin(angle)], 1) * (blur * share)[:, None]
    else:
        plane = seen[:, :2]
    width_, height = camera.size
    across = plane / lens.width - lens.shift
    return np.stack([0.5 + across[:, 0], 0.5 * height / width_ - across[:, 1]], 1) * width


def histogram(
    pixels: np.ndarray, colors: np.ndarray, width: int, height: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Summed light (height, width, 3), number of points (height, width), and the share of points inside."""
    with np.errstate(invalid="ignore"):
        inside = ((pixels >= 0.0) & (pixels < (width, height))).all(1)
    index = pixels[inside].astype(np.int64) @ (1, width)
    light = colors[inside, :3].astype(np.float64) * colors[inside, 3:]
    size = width * height
    summed = np.stack([np.bincount(index, light[:, k], size) for k in range(3)], 1)
    counted = np.bincount(index, minlength=size).astype(np.float64)
    opacity = colors[:, 3].astype(np.float64)
    share = float(opacity[inside].sum() / max(opacity.sum(), 1e-12))
    return summed.reshape(height, width, 3), counted.reshape(height, width), share


def _blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur with zero outside, over the first two axes."""
    reach = max(int(3.0 * sigma + 0.5), 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(image, [(reach, reach) if a == axis else (0, 0) for a in range(image.ndim)])
        length = image.shape[axis]
        image = sum(t * np.take(padded, range(k, k + length), axis) for k, t in enumerate(taps))
    return image


def smoothed(light: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """`light` with each pixel's share spread the wider the fewer points surround it."""
    near = _blurred(counted, 1.5)
    rest, result = light, np.zeros_like(light)
    for sigma, count in _SMOOTHING:
        kept = np.clip(2.0 * near / count - 1.0, 0.0, 1.0)[..., None] * rest
        result += _blurred(kept, sigma) if sigma else kept
        rest = rest - kept
    return result


def tone(light: np.ndarray, density: float, flame: Flame) -> np.ndarray:
    """Display picture (height, width, 3) in 0..1 of summed light; `density`: see `scene.setup.compositor`."""
    peak = np.maximum(light.max(-1), 1e-12)
    alpha = (flame.tone.brightness * _LEGACY * np.log1p(peak * density)) ** (1.0 / flame.tone.gamma)
    rolled = alpha / (1.0 + alpha**4) ** 0.25
    fade = np.clip((alpha - 1.0) * 0.5, 0.0, 1.0)[..., None] * _BURN
    hue = (light / peak[..., None]) ** (1.0 / 2.2)
    color = (hue + (1.0 - hue) * fade) * rolled[..., None]
    grey = color.max(-1, keepdims=True)
    return np.clip(grey + (color - grey) * _SATURATION, 0.0, 1.0)


def render(flame: Flame, width: int, points: int, seed: int = 0) -> tuple[np.ndarray, Measures]:
    """Picture (height, width, 3) uint8 of a flame and how it fills the frame."""
    cloud = compute_points(flame, points, seed=seed, detail=1)
    camera = flame.camera
    height = round(width * camera.size[1] / camera.size[0])
    pixels = project(cloud.positions, camera, width, np.random.default_rng(seed))
    light, counted, inside = histogram(pixels, cloud.colors, width, height)
    per_unit = width / camera.size[0] * camera.scale * 2.0**camera.zoom
    picture = tone(smoothed(light, counted), per_unit**2 / points, flame)
    ordered = np.sort(light.sum(-1).ravel())
    top = ordered[-max(ordered.size // 100, 1) :].sum() / max(ordered.sum(), 1e-12)
    dark = float((picture.max(-1) < 0.08).mean())
    return (picture * 255.0 + 0.5).astype(np.uint8), Measures(inside, float(top), dark)


def sheet(pictures: list[np.ndarray], names: list[str], columns: int) -> Image.Image:
    """Pictures of one size side by side, each with its name."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    image = Image.new("RGB", (columns * width, rows * height))
    draw = ImageDraw.Draw(image)
    for k, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        corner = (k % columns * width, k // columns * height)
        tile = Image.fromarray(picture)
        image.paste(tile.resize((width, height)) if tile.size != (width, height) else tile, corner)
        draw.text((corner[0] + 4, corner[1] + 2), name, fill=(200, 200, 200))
    return image


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("flames", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="PNG; a folder for several flames")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--points", type=int, default=6_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", action="store_true", help="all flames in one picture")
    parser.add_argument("--columns", type=int, default=2)
    arguments = parser.parse_args(argv)
    pictures: list[np.ndarray] = []
    names: list[str] = []
    try:
        for path in arguments.flames:
            for flame in read_flames(path):
                picture, m = render(flame, arguments.width, arguments.points, arguments.seed)
                name = (
                    f"{path.stem}  inside {m.inside:.2f}  brightest 1% {m.brightest:.2f}  dark {m.dark:.2f}"
                )
                print(name)
                pictures.append(picture)
                names.append(name)
    except BloomError as error:
        print(f"preview_flame: error: {error}", file=sys.stderr)
        return 2
    if arguments.sheet:
        sheet(pictures, names, arguments.columns).save(arguments.output)
    elif len(pictures) == 1:
        Image.fromarray(pictures[0]).save(arguments.output)
    else:
        arguments.output.mkdir(parents=True, exist_ok=True)
        for k, picture in enumerate(pictures):
            Image.fromarray(picture).save(arguments.output / f"{names[k].split()[0]}_{k + 1}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
