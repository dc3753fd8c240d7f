"""Small runs and flames of our own that several tests grow."""

from __future__ import annotations

import numpy as np

from bloom_blender.flame.model import Camera, Flame, Variation, Xform
from bloom_blender.trajectory import Embeddings, Series, Trajectory


def run_of(updates, steps=None) -> Trajectory:
    """A run with one update series."""
    updates = np.asarray(updates, dtype=np.float64)
    steps = np.arange(len(updates)) if steps is None else steps
    return Trajectory("sample", (Series("weights", steps, updates, "update"),))


def converging_run(steps=300, width=6, seed=0) -> Trajectory:
    """Noisy descent into a bowl that is steep in some directions and flat in others."""
    generator = np.random.default_rng(seed)
    curvature = np.geomspace(1.0, 0.05, width)
    position = generator.normal(size=width)
    updates = []
    for step in range(steps):
        rate = 0.2 * (1.0 - step / steps)
        update = -rate * (curvature * position + 0.3 * generator.normal(size=width))
        position = position + update
        updates.append(update)
    return run_of(updates)


def word_run(epochs=7, words=40, dimensions=24, seed=1) -> Trajectory:
    """Word vectors whose updates shrink from epoch to epoch."""
    generator = np.random.default_rng(seed)
    updates = generator.normal(size=(epochs, words, dimensions)) * 0.6 ** np.arange(epochs)[:, None, None]
    vectors = np.concatenate([np.zeros((1, words, dimensions)), np.cumsum(updates, axis=0)])
    table = Embeddings("source", tuple(f"w{i}" for i in range(words)), np.arange(epochs + 1), vectors)
    return Trajectory("words", (), (table,))


def flower() -> Flame:
    """Two xforms, one with a post map, a final xform, and parameters of every kind."""
    return Flame(
        "flower",
        (
            Xform(
                weight=0.5,
                coefs=(1.0, 0.0, 0.0, 1.0, -0.6, 0.25),
                variations=(Variation("gaussian_blur", 0.4), Variation("flatten", 1.0)),
                color=0.1,
            ),
            Xform(
                weight=5.0,
                coefs=(-0.7, -0.6, 0.5, -0.6, -0.1, -0.7),
                post=(0.9, 0.1, -0.1, 0.9, 0.2, 0.0),
                variations=(
                    Variation("linear", 0.9),
                    Variation("waves2", -0.1, (("freqx", 3.7), ("scalex", 1.0), ("freqz", 0.0))),
                ),
                color=1.0,
                opacity=0.3,
            ),
        ),
        finals=(
            Xform(variations=(Variation("julia3D", 2.0, (("power", -2.0),)),), coefs=(0, 1, -1, 0, -0.6, -1)),
        ),
        camera=Camera(size=(640, 480), scale=150.0, center=(0.0, 0.1)),
    )


def gasket() -> Flame:
    """Three plain contracting maps and no final xform."""
    corners = ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))
    return Flame(
        "gasket",
        tuple(
            Xform(coefs=(0.5, 0.0, 0.0, 0.5, 0.5 * x, 0.5 * y), variations=(Variation("linear", 1.0),))
            for x, y in corners
        ),
    )
