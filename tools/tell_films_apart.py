"""Film runs of known kinds, and tell the kinds from the pictures alone.

    python examples/kinds_of_runs.py --out kinds --seeds 4
    python tools/tell_films_apart.py kinds --sheet sheet.png

Each run is filmed with the defaults. Of `MOMENTS` moments the frame and the next one are rendered small, and
described by the features of `features_of`, which know nothing but the pixels. A film's kind is that of the
nearest film of another seed. What is printed: how many are right, what is taken for what, and whether each
film is nearer to every other seed of its kind than to any other kind.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bloom_blender.develop import png_bytes, render, resized
from bloom_blender.flame.color import oklab
from bloom_blender.flame.model import Flame
from bloom_blender.flame.parameters import with_parameters
from bloom_blender.flame.presets import find_flame
from bloom_blender.growth import grow
from bloom_blender.trajectory import read_trajectory

FRAMES, MOMENTS = 240, 20
WIDTH, QUALITY = 128, 40.0
RINGS = 6
NAMES = (
    *("light", "extent", "right", "down", "lightness", "red", "yellow", "chroma", "hues", "change"),
    *(f"ring {k}" for k in range(1, RINGS + 1)),
)


def features_of(picture: np.ndarray, following: np.ndarray) -> np.ndarray:
    """Simple features of a frame and the next one, (H, W, 3) each, 0 … 1: (F,), in the order of `NAMES`."""
    light = picture.mean(axis=2)
    total = float(light.sum()) + 1e-6
    height, width = light.shape
    y, x = np.mgrid[:height, :width]
    x, y = (x - 0.5 * (width - 1)) / (0.5 * height), (y - 0.5 * (height - 1)) / (0.5 * height)
    right, down = float((light * x).sum() / total), float((light * y).sum() / total)
    away = np.hypot(x, y)
    extent = float(np.sqrt((light * (away**2)).sum() / total))
    lab = oklab(picture.reshape(-1, 3))
    weights = light.reshape(-1) / total
    mean = weights @ lab
    chroma = float(weights @ np.hypot(lab[:, 1], lab[:, 2]))
    hues = float(np.sqrt(weights @ ((lab[:, 1:] - mean[1:]) ** 2).sum(axis=1)))
    change = float(np.abs(following - picture).mean() / (light.mean() + 1e-3))
    rings = [float(light[(away >= a) & (away < a + 0.25)].mean()) for a in np.arange(RINGS) * 0.25]
    return np.array(
        [
            np.sqrt(light.mean()),
            extent,
            right,
            down,
            *mean,
            chroma,
            hues,
            np.log(change + 0.003),
            *np.sqrt(rings),
        ]
    )


def film_of(path: Path, flame: Flame, cache: Path | None = None) -> np.ndarray:
    """Pictures of a run's film: (MOMENTS, 2, H, W, 3) uint8, each with the frame after it."""
    curves = grow(read_trajectory(path), flame, frames=FRAMES).in_time_order()
    key = hashlib.sha256(
        curves.values.tobytes() + repr((flame, curves.names, WIDTH, QUALITY)).encode()
    ).hexdigest()[:24]
    kept = cache / f"{key}.npy" if cache else None
    if kept is not None and kept.exists():
        return np.load(kept)
    small = resized(flame, WIDTH)
    shown = []
    for frame in np.linspace(0, FRAMES - 2, MOMENTS).round().astype(int):
        for k in (frame, frame + 1):
            picture = render(with_parameters(small, curves.parameters(int(k))), quality=QUALITY, threads=1)
            shown.append(np.clip(picture[..., :3] * 255.0 + 0.5, 0, 255).astype(np.uint8))
    found = np.stack(shown).reshape(MOMENTS, 2, *shown[0].shape)
    if kept is not None:
        np.save(kept, found)
    return found


def described(pictures: np.ndarray) -> np.ndarray:
    """Features of a film: (MOMENTS, F)."""
    return np.stack([features_of(*(pair / 255.0)) for pair in pictures])


def distances(films: np.ndarray) -> np.ndarray:
    """Between films (N, MOMENTS, F), each feature divided by its standard deviation over all: (N, N)."""
    scaled = films / (films.reshape(-1, films.shape[-1]).std(axis=0) + 1e-9)
    flat = scaled.reshape(len(films), -1)
    return np.sqrt(((flat[:, None] - flat[None]) ** 2).mean(axis=2))


def main() -> None:
    """Film, describe, compare, tell."""
    parser = argparse.ArgumentParser(description="Tell kinds of runs from their films alone.")
    parser.add_argument("folder", type=Path, help="runs named KIND-SEED.bloom")
    parser.add_argument("--flame", default="lotus")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sheet", type=Path, help="write the films side by side, a PNG")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    paths = sorted(options.folder.glob("*-*.bloom"))
    kinds = [path.stem.rpartition("-")[0] for path in paths]
    seeds = [path.stem.rpartition("-")[2] for path in paths]
    with ProcessPoolExecutor(options.processes) as pool:
        films = list(pool.map(partial(film_of, flame=find_flame(options.flame), cache=options.cache), paths))
    found = np.stack([described(film) for film in films])
    tell(distances(found), kinds, seeds)
    if options.sheet:
        options.sheet.write_bytes(png_bytes(sheet(films, kinds, seeds).astype(np.float32) / 255.0))


def tell(away: np.ndarray, kinds: list[str], seeds: list[str]) -> None:
    """Print what the distances say."""
    count = len(kinds)
    right, kept, taken = 0, 0, Counter()
    for k in range(count):
        others = [j for j in range(count) if seeds[j] != seeds[k]]
        nearest = min(others, key=lambda j: away[k, j])
        right += kinds[nearest] == kinds[k]
        if kinds[nearest] != kinds[k]:
            taken[kinds[k], kinds[nearest]] += 1
        same = max(away[k, j] for j in others if kinds[j] == kinds[k])
        kept += same < min(away[k, j] for j in range(count) if kinds[j] != kinds[k])
    print(f"nearest film of another seed is of the same kind: {right} of {count}, {right / count:.0%}")
    print(f"every other seed is nearer than every other kind: {kept} of {count}")
    for (one, other), times in taken.most_common():
        print(f"  {one} taken for {other}: {times}")
    for kind in dict.fromkeys(kinds):
        own = [k for k in range(count) if kinds[k] == kind]
        within = np.mean([away[a, b] for a in own for b in own if a < b])
        means = {
            other: np.mean([away[a, b] for a in own for b in range(count) if kinds[b] == other])
            for other in kinds
            if other != kind
        }
        near = sorted(means, key=means.get)[:2]
        print(
            f"  {kind:20s} within {within:.2f}; " + ", ".join(f"{other} {means[other]:.2f}" for other in near)
        )


def sheet(films: list[np.ndarray], kinds: list[str], seeds: list[str], shown: int = 10) -> np.ndarray:
    """Every film as a row of moments: (H, W, 3) uint8."""
    rows = [
        np.concatenate(list(film[np.linspace(0, MOMENTS - 1, shown).round().astype(int), 0]), axis=1)
        for film in films
    ]
    return np.concatenate(rows)


if __name__ == "__main__":
    main()
