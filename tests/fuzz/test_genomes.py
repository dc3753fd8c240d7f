"""Genomes of any numbers, and real files that were damaged: a clear refusal or a finite picture.

The structures (which variations stand where) are few and fixed, since each compiles code of its own.
"""

from __future__ import annotations

import functools
import random
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.chaos.points import LIMIT, compute_points
from bloom_blender.develop import develop, render
from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Camera, Flame, Palette, Tone, Variation, Xform
from bloom_blender.flame.xml import parse_flames, write_flame
from tests.support import REPOSITORY, data_path

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

any_number = st.floats(allow_nan=False, allow_infinity=False)
wild = any_number | st.sampled_from([0.0, -0.0, 1e308, -1e308, 1e39, 5e-324, 1e-30, 1.0, -1.0, 0.5])
tame = st.floats(-2.0, 2.0)
numbers = tame | wild
six = st.tuples(*[numbers] * 6)
BODIES = (
    ((), ("linear",), ("linear",)),
    (("julian", "spherical"), ("swirl",), ()),
)
"""Variations of the three xforms of each structure; the final xform has a bubble."""


def _variation(draw, name: str) -> Variation:
    parameters = {"julian": ("power", "dist")}.get(name, ())
    return Variation(name, draw(numbers), tuple((p, draw(numbers)) for p in parameters))


@st.composite
def genomes(draw) -> Flame:
    """A flame of one of the structures, whose numbers may be anything that the model takes."""
    count = 3
    xaos = st.just(()) | st.lists(st.sampled_from([0.0, 1.0, -1.0, 1e308]) | numbers, max_size=5).map(tuple)

    def xform(names: tuple[str, ...]) -> Xform:
        return Xform(
            weight=draw(st.sampled_from([0.0, 1.0, -1.0]) | numbers),
            coefs=draw(six),
            post=draw(st.just(Xform.post) | six),
            variations=tuple(_variation(draw, name) for name in names),
            color=draw(numbers),
            color_speed=draw(numbers),
            direct_color=draw(numbers),
            opacity=draw(numbers),
            xaos=draw(xaos),
        )

    body = draw(st.sampled_from(BODIES))
    assert len(body) == count
    finals = (xform(("bubble",)),) if draw(st.booleans()) else ()
    positive = st.floats(1e-300, 1e300)
    camera = Camera(
        size=(16, 12),
        center=(draw(numbers), draw(numbers)),
        scale=draw(st.floats(1.0, 20.0) | st.floats(1e-10, 1e10)),
        zoom=draw(st.floats(0.0, 3.0) | st.floats(-15.0, 15.0)),
        rotate=draw(numbers),
        yaw=draw(st.just(0.0) | numbers),
        pitch=draw(st.just(0.0) | numbers),
        perspective=draw(st.just(0.0) | numbers),
        zpos=draw(st.just(0.0) | numbers),
        dof=draw(st.just(0.0) | numbers),
    )
    tone = Tone(
        brightness=draw(numbers), gamma=draw(positive), gamma_threshold=draw(st.floats(0.0, 1e300)),
        vibrancy=draw(numbers), highlight_power=draw(numbers), filter_radius=draw(st.floats(0.0, 5.0)),
        estimator_radius=draw(st.floats(0.0, 20.0)), estimator_minimum=draw(st.floats(0.0, 1e300)),
        estimator_curve=draw(numbers), background=(draw(numbers), draw(numbers), draw(numbers)),
    )  # fmt: skip
    colors = draw(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=3))
    palette = Palette(tuple(colors), draw(st.sampled_from(["linear", "step"])), draw(numbers))
    version = draw(st.sampled_from(["EMBER-LNX-1.0.0.14", "EMBER-25.0", "FLAM3"]))
    return Flame("fuzz", tuple(xform(names) for names in body), finals, palette, camera, tone, version)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@FUZZ
@given(genomes())
def test_any_genome_gives_finite_points(flame):
    cloud = compute_points(flame, 1500, threads=1)
    for array in (cloud.positions, cloud.colors, cloud.density, cloud.radius, cloud.light, cloud.age):
        assert np.isfinite(array).all()
    assert np.abs(cloud.positions).max() <= LIMIT
    assert cloud.xform.min() >= 0 and cloud.xform.max() < len(flame.xforms)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@FUZZ
@given(genomes())
def test_any_genome_gives_a_finite_picture(flame):
    histogram = Histogram(flame, threads=1)
    histogram.add(1)
    assert np.isfinite(histogram.buckets).all()
    picture = develop(histogram)
    assert picture.shape == (12, 16, 4)
    assert np.isfinite(picture).all() and picture.min() >= 0.0 and picture.max() <= 1.0


# ------------------------------------------------------------------------------------ many xforms


def many(count: int, **changes) -> Flame:
    """As many maps of a tenth of the size, all over a square."""
    chance = random.Random(1)
    xforms = (
        Xform(
            coefs=(0.1, 0.0, 0.0, 0.1, chance.uniform(-1.0, 1.0), chance.uniform(-1.0, 1.0)),
            variations=(Variation("linear"),),
            **changes,
        )
        for _ in range(count)
    )
    return Flame("many", tuple(xforms), camera=Camera(size=(64, 48), scale=20.0))


def test_xaos_that_leads_nowhere():
    """Rows that sum to zero: all xforms are as likely then."""
    flame = many(4, xaos=(0.0, 0.0, 0.0, 0.0))
    found = np.bincount(compute_points(flame, 40_000).xform, minlength=4)
    assert found.min() > 9_000
    for weight in (0.0, -1.0):
        found = np.bincount(compute_points(many(4, weight=weight), 40_000).xform, minlength=4)
        assert found.min() > 9_000


# ------------------------------------------------------------------------------------ pictures too large


@pytest.mark.parametrize("size,supersample", [((10**6, 10**6), 1), ((10**9, 10**9), 1), ((4000, 4000), 64)])
def test_pictures_that_do_not_fit_are_refused_before_they_are_begun(size, supersample):
    flame = Flame("large", (Xform(variations=(Variation("linear"),)),), camera=Camera(size=size))
    with pytest.raises(
        BloomError, match=r"needs [\d.e+]+ GB of memory and [\d.]+ GB are free: choose a smaller"
    ):
        render(flame, quality=1e-9, supersample=supersample)


# ------------------------------------------------------------------------------------ damaged files


@functools.cache
def real_files() -> tuple[bytes, ...]:
    """Some flames that people made, small enough to be read often, and the shipped ones."""
    found = sorted((REPOSITORY / "bloom_blender" / "presets").glob("*.flame"))
    try:
        found += [
            *sorted(data_path("flames").rglob("*.fl*"))[::9],
            *sorted(data_path("hostile/flames").iterdir()),
        ]
    except pytest.skip.Exception:
        pass
    return tuple(path.read_bytes() for path in found if path.stat().st_size < 40_000)


@st.composite
def damaged(draw) -> bytes:
    """A real file with bytes changed, cut out, or a piece doubled or put elsewhere."""
    data = draw(st.sampled_from(real_files()))
    for _ in range(draw(st.integers(1, 4))):
        place, length = draw(st.integers(0, len(data))), draw(st.integers(0, 2000) | st.integers(0, 8))
        piece = data[place : place + length]
        change = draw(st.sampled_from(["flip", "cut", "end", "double", "move", "put"]))
        if change == "flip":
            data = data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]
        elif change == "cut":
            data = data[:place] + data[place + length :]
        elif change == "end":
            data = data[:place]
        elif change == "double":
            data = data[:place] + piece * draw(st.integers(2, 20)) + data[place + length :]
        elif change == "move":
            rest, goal = data[:place] + data[place + length :], draw(st.integers(0, len(data)))
            data = rest[:goal] + piece + rest[goal:]
        else:
            words = [
                b"<xform/>",
                b"</flame>",
                b'"',
                b"<flame>",
                b"nan",
                b"1e400",
                b"-",
                b"&amp;",
                b"]]>",
                b"<!--",
            ]
            data = data[:place] + draw(st.sampled_from(words)) + data[place:]
    return data


@settings(FUZZ, max_examples=300)
@given(damaged())
def test_a_damaged_file_is_read_or_refused(data):
    try:
        flames = parse_flames(data, "file.flame")
    except BloomError as error:
        assert str(error).startswith("file.flame") and len(str(error)) < 600
        return
    for flame in flames:
        assert parse_flames(write_flame(flame)) == (flame,)


@st.composite
def misnumbered(draw) -> bytes:
    """A shipped flame with some numbers replaced by others; its structure stays."""
    path = REPOSITORY / "bloom_blender" / "presets" / f"{draw(st.sampled_from(['dahlia', 'peony']))}.flame"
    text = path.read_text(encoding="utf-8")
    text = text[: text.index("<palette")] + text[text.index("</palette>") + len("</palette>") :]
    places = [match.span() for match in re.finditer(r"(?<=[\" ])-?\d[\d.e-]*(?=[\" ])", text)]
    odd = st.sampled_from(["0", "-1", "1e30", "-1e30", "1e-30", "1e300", "0.5", "1e9", "-0"]) | numbers.map(
        repr
    )
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=6, unique=True))
    for start, end in sorted(chosen, reverse=True):
        text = text[:start] + draw(odd) + text[end:]
    return re.sub(r'(size|supersample)="[^"]*"', "", text).encode()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(FUZZ, max_examples=40)
@given(misnumbered())
def test_odd_numbers_in_a_file_give_a_finite_picture(data):
    try:
        (flame,) = parse_flames(data, "file.flame")
    except BloomError as error:
        assert str(error).startswith("file.flame")
        return
    flame = replace(flame, camera=replace(flame.camera, size=(24, 18)))
    assert np.isfinite(compute_points(flame, 1000, threads=1).positions).all()
    histogram = Histogram(flame, threads=1)
    histogram.add(1)
    picture = develop(histogram)
    assert np.isfinite(picture).all() and picture.min() >= 0.0 and picture.max() <= 1.0
