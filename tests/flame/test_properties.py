"""Properties that hold for any flame, found or not in the world, and for every variation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloom_blender.errors import BloomError
from bloom_blender.flame.model import FILTER_SHAPES, FORMS, Camera, Flame, Palette, Tone, Variation, Xform
from bloom_blender.flame.parameters import parameters_of, with_parameters
from bloom_blender.flame.variations import VARIATIONS, registry
from bloom_blender.flame.variations.evaluate import evaluate_variation
from bloom_blender.flame.xml import parse_flames, report_unknown, write_flame

numbers = st.floats(-1e6, 1e6)
positive = st.floats(1e-3, 1e6)
shares = st.floats(0.0, 1.0)
six = st.tuples(*[numbers] * 6)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"), max_size=8
)


@st.composite
def variations(draw):
    entry = VARIATIONS[draw(st.sampled_from(sorted(VARIATIONS)))]
    form = draw(st.sampled_from(["regular", "pre", "post"]))
    values = tuple((p.name, draw(numbers)) for p in entry.parameters)
    return Variation(entry.name, draw(numbers), values, form)


@st.composite
def xforms(draw, final=False):
    found = draw(
        st.lists(variations(), min_size=int(final), max_size=4, unique_by=lambda v: (v.name, v.form))
    )
    return Xform(
        weight=1.0 if final else draw(numbers),
        coefs=draw(six),
        post=draw(six),
        variations=tuple(found),
        color=draw(numbers),
        color_speed=draw(numbers),
        direct_color=draw(numbers),
        opacity=draw(numbers),
        xaos=tuple(draw(st.lists(numbers, max_size=3))),
        animate=draw(numbers),
        name=draw(words),
    )


levels = st.integers(0, 255).map(lambda level: level / 255.0)
palettes = st.builds(
    Palette,
    st.lists(st.tuples(levels, levels, levels), min_size=1, max_size=5).map(tuple),
    st.sampled_from(["linear", "step"]),
    numbers,
)
cameras = st.builds(
    Camera,
    size=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    center=st.tuples(numbers, numbers),
    scale=positive,
    zoom=st.floats(0.0, 8.0),
    rotate=numbers,
    yaw=numbers,
    pitch=numbers,
    perspective=numbers,
    zpos=numbers,
    dof=numbers,
    blur_curve=numbers,
)
points = st.tuples(numbers, numbers, numbers)
tones = st.builds(
    Tone,
    quality=positive,
    supersample=st.integers(1, 8),
    brightness=numbers,
    gamma=positive,
    gamma_threshold=shares,
    vibrancy=numbers,
    highlight_power=numbers,
    filter_radius=shares,
    filter_shape=st.sampled_from(FILTER_SHAPES),
    estimator_radius=positive,
    estimator_minimum=shares,
    estimator_curve=numbers,
    background=st.tuples(shares, shares, shares),
    curves=st.just(()) | st.tuples(*[st.tuples(*[points] * 4)] * 4),
    splines=st.just(())
    | st.tuples(*[st.lists(st.tuples(numbers, numbers), min_size=2, max_size=3).map(tuple)] * 4),
    logscale_k2=shares,
)
flames = st.builds(
    Flame,
    name=words,
    xforms=st.lists(xforms(), min_size=1, max_size=3).map(tuple),
    finals=st.lists(xforms(final=True), max_size=2).map(tuple),
    palette=palettes,
    camera=cameras,
    tone=tones,
    version=st.sampled_from(["EMBER-LNX-1.0.0.14", "EMBER"]),
)


@settings(max_examples=60, deadline=None)
@given(flames)
def test_reading_what_was_written_gives_the_same_flame(flame):
    assert parse_flames(write_flame(flame)) == (flame,)
    assert report_unknown(flame) == ()


@settings(max_examples=60, deadline=None)
@given(
    flames,
    st.sampled_from(
        ["", "FLAM3-LNX-3.1.1", "Apophysis 7x Version 15", "JWildfire V7.30", "EMBER-25.1", "BLOOM"]
    ),
    st.sampled_from(["", "1.0.0.14", "current", "flam3"]),
)
def test_so_it_does_for_other_programs(flame, version, compatibility):
    """All but ember call the pre form of gaussian_blur pre_blur, so theirs may not have that of blur."""
    if any(
        v.name == "blur" and v.form == "pre" for x in (*flame.xforms, *flame.finals) for v in x.variations
    ):
        return
    flame = replace(flame, version=version, compatibility=compatibility)
    assert parse_flames(write_flame(flame)) == (flame,)


@settings(max_examples=60, deadline=None)
@given(flames)
def test_own_parameters_change_nothing(flame):
    found = parameters_of(flame)
    assert len({parameter.name for parameter in found}) == len(found)
    assert with_parameters(flame, {p.name: p.value for p in found}) == flame


@settings(max_examples=60, deadline=None)
@given(flames, st.data())
def test_a_changed_parameter_is_found_again_and_nothing_else_moves(flame, data):
    before = {p.name: p.value for p in parameters_of(flame)}
    name = data.draw(st.sampled_from(sorted(before)))
    value = data.draw(six if isinstance(before[name], tuple) and len(before[name]) == 6 else numbers)
    if isinstance(before[name], tuple) and len(before[name]) != 6:
        value = (value,) * len(before[name])
    after = {p.name: p.value for p in parameters_of(with_parameters(flame, {name: value}))}
    assert after == {**before, name: value} or (name.endswith(".post") and name not in after)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0.0, 1.0)] * 3), min_size=1, max_size=4))
def test_any_colours_survive_to_the_last_bit_or_two(colors):
    flame = Flame(
        "c", (Xform(variations=(Variation("linear"),)),), palette=Palette(tuple(colors)), version="EMBER"
    )
    (again,) = parse_flames(write_flame(flame))
    for color, other in zip(colors, again.palette.colors, strict=True):
        for value, read in zip(color, other, strict=True):
            assert abs(value - read) <= 2 * math.ulp(value)
    (third,) = parse_flames(write_flame(again))
    assert third == again


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        parse_flames(text)
    except BloomError as error:
        assert str(error).startswith("text")


SAMPLE = write_flame(
    Flame("s", (Xform(variations=(Variation("julia3D", 1.0, (("power", 2.0),)),)),), version="FLAM3")
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.text(max_size=3))
def test_a_damaged_flame_is_read_or_refused(start, length, patch):
    try:
        parse_flames(SAMPLE[:start] + patch + SAMPLE[start + length :])
    except BloomError as error:
        assert str(error).startswith("text")


# ---------------------------------------------------------------------------------- every variation

ENTRIES = [entry for forms in registry._BY_LOWER_NAME.values() for entry in forms.values()]
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.name}-{e.compatibility}")
POINTS = np.random.default_rng(12).uniform(-2.0, 2.0, (300, 3))
LATTICE = np.stack(np.meshgrid(*[[-1.0, -0.5, 0.0, 0.5, 1.0]] * 2, [-1.0, 0.0, 0.5]), -1).reshape(-1, 3)

POLES = set(
    "arctanh bCollide bisplit bMod boarders boarders2 bSwirl bTransform circlize circlize2 cpow cpow2"
    " cpow3 deltaa escher eSwirl gamma julia3D julia3Dq Juliac julian3Dx lazyTravis log log_db"
    " loonie_3D octapol polar2".split()
)
"""Not finite at a point with a coordinate of 0, 1/2 or 1, as in ember: the orbit restarts there."""

NO_AREA = {"dc_triangle"}
"""Its default is a triangle without area; ember divides by 0 there too."""

NO_SIZE = ("modulus", "flam3")
"""flam3's default is a rest of a division by 0."""


def evaluated(entry, points, **options):
    with np.errstate(all="ignore"):
        return evaluate_variation(entry.name, points, compatibility=entry.compatibility, **options)


@every_entry
def test_a_variation_of_hardly_any_weight_is_absent(entry):
    for weight in (0.0, 9.9e-7, -9.9e-7):
        assert (evaluated(entry, POINTS, weight=weight) == 0.0).all()
        for form in ("pre", "post"):
            np.testing.assert_array_equal(evaluated(entry, POINTS, weight=weight, form=form), POINTS)


@every_entry
def test_a_seed_tells_all_that_is_random(entry):
    for form in FORMS:
        one, two = (evaluated(entry, POINTS, weight=0.7, form=form, seed=5) for _ in range(2))
        np.testing.assert_array_equal(one, two)
    if not entry.randoms:
        other = evaluated(entry, POINTS, weight=0.7, form=FORMS[-1], seed=6)
        np.testing.assert_array_equal(one, other)


@every_entry
def test_ordinary_points_have_finite_images(entry):
    """And the points of a lattice, where poles lie, but for those that are known."""
    for form in FORMS:
        if entry.name not in NO_AREA and (entry.name, entry.compatibility) != NO_SIZE:
            assert np.isfinite(evaluated(entry, POINTS, weight=0.7, form=form)).all()
        if entry.name not in POLES | NO_AREA and (entry.name, entry.compatibility) != NO_SIZE:
            assert np.isfinite(evaluated(entry, LATTICE, weight=0.7, form=form)).all()


@pytest.mark.parametrize("name", sorted(POLES))
def test_the_known_poles_are_poles(name):
    entries = [entry for entry in ENTRIES if entry.name == name]
    assert any(not np.isfinite(evaluated(entry, LATTICE, weight=0.7)).all() for entry in entries)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([(e, p) for e in ENTRIES for p in e.parameters]), st.floats(-1e9, 1e9))
def test_parameters_conform(found, value):
    _, p = found
    seen = p.conform(value)
    assert p.minimum <= seen <= p.maximum and p.conform(seen) == pytest.approx(seen)
    if p.kind.startswith("integer"):
        assert seen == int(seen)
    if p.kind.endswith("nonzero"):
        assert seen != 0.0
