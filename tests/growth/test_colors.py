"""Palettes from word vectors; coloraide is the witness for what eyes see."""

from __future__ import annotations

from dataclasses import replace

import coloraide
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bloom_blender.errors import BloomError
from bloom_blender.flame.color import oklab
from bloom_blender.flame.parameters import parameters_of, with_parameters
from bloom_blender.growth import fit_colors, grow
from bloom_blender.growth.colors import ALIKE, ANCHORS, alike, anchors_of, differences
from bloom_blender.trajectory import Embeddings, Series, Trajectory, read_trajectory
from tests.growth.samples import converging_run, flower, word_run
from tests.support import REPOSITORY, data_path


def bilingual(words=60) -> Trajectory:
    one, other = word_run(words=words, seed=1), word_run(words=words, seed=2)
    return Trajectory(
        "two", (), (replace(one.embeddings[0], name="source"), replace(other.embeddings[0], name="target"))
    )


RUNS = {"one": word_run(words=60), "two": bilingual()}


def palettes(run, count=29, **options):
    steps = np.linspace(run.embeddings[0].steps[0], run.embeddings[0].steps[-1], count)
    return fit_colors(run, **options).over(run, steps)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, (5, 3), elements=st.floats(0.0, 1.0)))
def test_eyes_are_those_of_coloraide(anchors):
    found = differences(anchors)
    colors = [coloraide.Color("srgb", row.tolist()) for row in anchors]
    for vision, filter_ in (("normal", None), ("protanopia", "protan"), ("deuteranopia", "deutan")):
        seen = colors
        if filter_:
            seen = [color.filter(filter_, method="machado", space="srgb-linear") for color in colors]
        seen = [color.convert("srgb").clip() for color in seen]
        distances = [seen[i].delta_e(seen[j], method="ok") for i in range(5) for j in range(i)]
        assert found[vision] == pytest.approx(min(distances), abs=1e-6)


@pytest.mark.parametrize("kind", RUNS)
@settings(max_examples=15, deadline=None)
@given(unit=st.floats(1e-20, 1e20), hue=st.floats(-180.0, 180.0))
def test_palettes_can_be_shown_and_told_apart(kind, unit, hue):
    run = RUNS[kind]
    scaled = Trajectory(
        run.name, (), tuple(replace(table, vectors=unit * table.vectors) for table in run.embeddings)
    )
    colors = palettes(scaled, hue=hue)
    assert colors.shape == (29, ANCHORS, 3)
    assert ((colors >= 0.0) & (colors <= 1.0)).all()
    np.testing.assert_allclose(colors, palettes(run, hue=hue), atol=1e-7)
    assert differences(colors[-1])["normal"] > ALIKE


@pytest.mark.parametrize("kind", RUNS)
def test_the_colour_blind_can_tell_the_anchors_apart(kind):
    assert min(differences(palettes(RUNS[kind])[-1]).values()) >= ALIKE


@pytest.mark.parametrize("kind", RUNS)
def test_lightness_is_spread_along_the_palette(kind):
    light = oklab(palettes(RUNS[kind])[-1])[:, 0]
    one = light if kind == "one" else light[: ANCHORS // 2]
    assert (np.diff(one) > 0.02).all()
    if kind == "two":  # the other language comes down again, in between
        assert (np.diff(light[ANCHORS // 2 :]) < -0.02).all()
        assert np.abs(light[: ANCHORS // 2, None] - light[None, ANCHORS // 2 :]).min() > 0.02
    assert np.ptp(light) > 0.5


@pytest.mark.parametrize("kind", RUNS)
def test_colours_move_only_as_their_table_does(kind):
    run = RUNS[kind]
    steps = run.embeddings[0].steps
    colors = fit_colors(run)
    at = oklab(colors.over(run, steps.astype(float)))
    # A film of many frames goes from snapshot to snapshot in even steps, and no frame jumps.
    fine = oklab(colors.over(run, np.linspace(steps[0], steps[-1], 20 * (len(steps) - 1) + 1)))
    np.testing.assert_allclose(fine[::20], at, atol=1e-9)
    jumps = np.abs(np.diff(fine, axis=0)).max(axis=(1, 2)).reshape(-1, 20)
    whole = np.abs(np.diff(at, axis=0)).max(axis=(1, 2))
    assert (jumps.max(axis=1) < 0.12 * whole + 1e-3).all()
    # A last epoch in which nothing was learned changes nothing.
    longer = Trajectory(
        run.name,
        (),
        tuple(
            replace(
                table,
                steps=np.append(table.steps, table.steps[-1] + 1),
                vectors=np.concatenate([table.vectors, table.vectors[-1:]]),
            )
            for table in run.embeddings
        ),
    )
    np.testing.assert_allclose(
        fit_colors(longer).over(longer, steps.astype(float)), colors.over(run, steps), atol=1e-12
    )


def test_words_that_mean_the_same_swap_places_without_a_trace():
    """The palette depends on the table, not on the order in which it lists its words."""
    run = RUNS["one"]
    table = run.embeddings[0]
    order = np.random.default_rng(0).permutation(len(table.words))
    mixed = replace(table, words=tuple(table.words[k] for k in order), vectors=table.vectors[:, order])
    found = palettes(Trajectory("mixed", (), (mixed,)))
    assert np.abs(found - palettes(run)).max() < 1e-6


def test_before_it_tells_words_apart_a_table_has_one_colour():
    generator = np.random.default_rng(0)
    learned = generator.normal(size=(50, 8))
    table = Embeddings(
        "t", tuple(map(str, range(50))), np.arange(3), np.stack([1e-6 * learned, 0.5 * learned, learned])
    )
    lab = oklab(palettes(Trajectory("t", (), (table,)), count=3))
    spread = lab.std(axis=1).sum(axis=1)
    assert spread[0] < 1e-3 < spread[1] < spread[2]
    assert np.hypot(*lab[0, 0, 1:]) == pytest.approx(0.05, abs=1e-3)  # a tint, not grey


@pytest.mark.parametrize("shape", [(2, 1), (2, 5), (3, 2), (50, 1), (5000, 3)])
def test_small_and_large_tables(shape):
    vectors = np.random.default_rng(0).normal(size=(2, *shape))
    table = Embeddings("t", tuple(map(str, range(shape[0]))), np.arange(2), vectors)
    colors = palettes(Trajectory("t", (), (table,)), count=2)
    assert np.isfinite(colors).all() and colors.shape == (2, ANCHORS, 3)


def test_what_cannot_be_coloured_is_refused():
    with pytest.raises(BloomError, match="holds no embeddings to colour by"):
        fit_colors(converging_run())
    with pytest.raises(BloomError, match="no embedding table named 'x'"):
        fit_colors(word_run(), ["x"])
    one = Trajectory("t", (), (Embeddings("t", ("a",), (0, 1), np.arange(4.0).reshape(2, 1, 2)),))
    with pytest.raises(BloomError, match="one word"):
        fit_colors(one)
    with pytest.raises(BloomError, match="another shape"):
        fit_colors(word_run()).over(word_run(words=41), np.zeros(1))
    with pytest.raises(BloomError, match="choose one of flame, embeddings"):
        grow(word_run(), flower(), frames=4, colors="words")


@pytest.mark.parametrize("options", [{}, {"mapping": "classic", "frames": 60}, {"loop": True}], ids=str)
def test_curves_carry_the_palette_and_end_on_it(options):
    run, flame = RUNS["one"], flower()
    options = {"frames": 30, **options}
    plain, curves = grow(run, flame, **options), grow(run, flame, colors="embeddings", **options)
    assert curves.names[: len(plain.names)] == plain.names
    np.testing.assert_array_equal(curves.values[:, : len(plain.names)], plain.values)
    assert [name for name in curves.names if name.startswith("palette")][:4] == [
        *("palette.color1[0]", "palette.color1[1]", "palette.color1[2]", "palette.color2[0]")
    ]
    end = 22 if options.get("loop") else -1
    np.testing.assert_allclose(curves.values[end], curves.base, atol=1e-12)
    shown = with_parameters(flame, curves.parameters(end))
    assert len(shown.palette.anchors) == ANCHORS
    assert shown.palette.colors == flame.palette.colors
    assert {p.name for p in parameters_of(shown)} - {p.name for p in parameters_of(flame)} == {
        f"palette.color{k}" for k in range(1, ANCHORS + 1)
    }
    assert not any(name.startswith("palette") for name in plain.names)


def test_words_colour_a_run_that_withers_once():
    steps = np.arange(8)
    loss = Series("loss", steps, np.where(steps < 5, 2.0 * 0.5**steps, 9.0), "metric")
    run = replace(RUNS["one"], series=(loss,))
    plain, curves = grow(run, flower(), frames=30), grow(run, flower(), frames=30, colors="embeddings")
    assert "palette.color1[0]" in plain.names  # it withers
    assert sorted(curves.names) == sorted(set(curves.names))
    words = grow(RUNS["one"], flower(), frames=30, colors="embeddings")
    np.testing.assert_allclose(anchors_of(curves), anchors_of(words))


def test_the_example_run_has_two_languages_apart():
    run = read_trajectory(REPOSITORY / "examples" / "runs" / "translation_en_fr.bloom")
    colors = palettes(run)
    assert min(differences(colors[-1]).values()) >= ALIKE
    a, b = (oklab(half)[:, 1:].mean(axis=0) for half in (colors[-1, :6], colors[-1, 6:]))
    assert np.hypot(*(a - b)) > 0.04  # as a whole they differ in hue


@pytest.mark.parametrize("side", ["src", "tgt"])
def test_the_original_run_is_coloured(side):
    run = read_trajectory(data_path("bloom/embeddings"), side=side)
    colors = palettes(run)
    assert min(differences(colors[-1]).values()) >= ALIKE
    lab = oklab(colors)
    assert np.abs(np.diff(lab, axis=0)).max() < 0.15
    assert np.hypot(*lab[-1, :, 1:].T).mean() > 0.08  # it is colourful


def test_colours_that_look_alike_are_told():
    apart = np.array([[0.1, 0.1, 0.1], [0.5, 0.5, 0.5], [0.9, 0.9, 0.9]])
    assert alike(apart) == ()
    assert alike(np.array([[0.5, 0.5, 0.5], [0.505, 0.5, 0.5]])) == ("normal", "protanopia", "deuteranopia")
    curves = grow(RUNS["one"], flower(), frames=5, colors="embeddings")
    np.testing.assert_array_equal(
        anchors_of(curves)[0], [curves.base[curves.names.index(f"palette.color1[{k}]")] for k in range(3)]
    )
    assert anchors_of(grow(RUNS["one"], flower(), frames=5)).shape == (0, 3)
