"""Every variation, value by value, against tables measured on the program that made the first Bloom.

The tables hold ember 1.0.0.14's outputs at fixed points with weight 0.7, for several parameter sets;
for random variations the moments and quantiles of 4096 samples at 16 points.
"""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

from bloom_blender.flame.variations import VARIATIONS, registry
from bloom_blender.flame.variations.evaluate import evaluate_color, evaluate_variation
from tests.support import data_path

WEIGHT = 0.7
SAMPLES = 2000
OTHER_NOISE = {("crackle", 1), ("crackle", 2), ("dc_perlin", 2)} | {("pixel_flow", k) for k in range(3)}
"""Rows that hang on ember's own noise table or hash, from which ours differs by design."""

SLACK = {"hypertile3D1": 3e-5}
"""Their random numbers are exact to float32; an angle that is one times 2^32, only to a millionth."""

HEAVY_TAILS = {"arch", "rays", "epispiral"}
"""Their means say little: they pass through a pole."""


@functools.cache
def tables() -> dict[str, np.ndarray]:
    with np.load(data_path("variation-tables/v1.0.0.14.npz")) as file:
        return {name: file[name] for name in file.files}


def names() -> list[str]:
    """The variations that the program has: those of the tables, or all where there are no tables."""
    try:
        theirs = set(tables()["names"])
    except pytest.skip.Exception:
        return list(VARIATIONS)
    return [name for name in VARIATIONS if name in theirs]


NAMES = names()


def rows(name: str) -> list[int]:
    found = [int(row) for row in np.flatnonzero(tables()["names"] == name)]
    assert found, f"{name} is not in the tables"
    return found


def parameters(row: int) -> dict[str, float]:
    name = tables()["names"][row]
    held = json.loads(tables()["params_json"][row])
    return {p.name: held[f"{name}{p.joint}{p.name}"] for p in VARIATIONS[name].parameters}


def settings(row: int) -> dict:
    return {
        "weight": WEIGHT,
        "parameters": parameters(row),
        "affine": tuple(tables()["affine"]),
        "seed": row,
    }


def evaluated(row: int, points: np.ndarray, form: str = "regular", colors: np.ndarray | None = None):
    return evaluate_variation(str(tables()["names"][row]), points, form=form, colors=colors, **settings(row))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_program(name):
    kinds = {"integer non-zero": "integer_nonzero", "non-zero": "real_nonzero"}
    (row,) = [row for row in rows(name) if tables()["param_set"][row] == 0]
    theirs = json.loads(tables()["param_types_json"][row])
    assert list(theirs) == [f"{name}{p.joint}{p.name}" for p in VARIATIONS[name].parameters]
    held = parameters(row)
    for p in VARIATIONS[name].parameters:
        kind, _, minimum, maximum = theirs[f"{name}{p.joint}{p.name}"]
        assert p.kind == kinds.get(kind, kind)
        assert p.default == pytest.approx(held[p.name])
        assert p.minimum == (minimum if minimum > -1e300 else -np.inf)
        assert p.maximum == (maximum if maximum < 1e300 else np.inf)


@pytest.mark.parametrize("name", NAMES)
def test_forms_act_as_in_the_program(name):
    lines = data_path("variation-tables/pre_post_1014.tsv").read_text().splitlines()
    header, *body = [line.split("\t") for line in lines]
    (line,) = [dict(zip(header, cells, strict=True)) for cells in body if cells[0] == name]
    entry = VARIATIONS[name]
    assert entry.mode == line["pre_mode"] == line["post_mode"]
    assert bool(entry.clears) == (line["writes_running_output"] == "1")
    if not entry.clears and name != "curl3D":  # which is linear with the parameters of the table
        assert entry.z == {"w*z": "wz", "z": "own"}.get(line["regular_z"], line["regular_z"])


@pytest.mark.parametrize("form", ["regular", "pre", "post"])
@pytest.mark.parametrize("name", NAMES)
def test_values(name, form):
    column = {"regular": "output", "pre": "output_pre", "post": "output_post"}[form]
    compared = 0
    for row in rows(name):
        table = tables()
        if table["kind"][row] == "state":
            continue  # it remembers the points before; ours has the same distribution
        sens = table["sens"][row][:, None]
        theirs = table[column][row]
        use = table["deterministic"][row][:, None] & np.isfinite(theirs) & (sens <= 1e5)
        ours = evaluated(row, table["affine_input"], form, table["color_in"])
        with np.errstate(invalid="ignore"):
            error = np.abs(ours - theirs)
        allowed = 1e-9 * (1.0 + np.abs(theirs)) + 1e-10 * sens
        bad = use & ~(error <= allowed)
        assert not bad.any(), (table["params_json"][row], table["affine_input"][bad.any(axis=1)][:3])
        compared += int(use.any(axis=1).sum())
        if table["kind"][row] == "fixed" and not name.startswith("mirror_"):  # which keep 0 only
            assert use.any(axis=1).sum() >= 50
    assert compared or VARIATIONS[name].randoms


@pytest.mark.parametrize(
    "name", [forms["1.0.0.14"].name for forms in registry._BY_LOWER_NAME.values() if "current" in forms]
)
def test_values_of_the_current_program(name):
    with np.load(data_path("variation-tables/current.npz")) as file:
        table = {
            key: file[key]
            for key in ("names", "params_json", "output", "deterministic", "sens", "affine_input")
        }
    for row in np.flatnonzero(table["names"] == name):
        held = {key[len(name) + 1 :]: value for key, value in json.loads(table["params_json"][row]).items()}
        held = {p.name: held[p.name] for p in VARIATIONS[name].parameters}  # theirs may have more
        ours = evaluate_variation(
            name, table["affine_input"], weight=WEIGHT, parameters=held, compatibility="current"
        )
        theirs, sens = table["output"][row], table["sens"][row][:, None]
        use = table["deterministic"][row][:, None] & np.isfinite(theirs) & (sens <= 1e5)
        with np.errstate(invalid="ignore"):
            error = np.abs(ours - theirs)
        assert (~use | (error <= 1e-9 * (1.0 + np.abs(theirs)) + 1e-10 * sens)).all(), held


@pytest.mark.parametrize("name", [name for name, entry in VARIATIONS.items() if entry.colors])
def test_colors(name):
    table = tables()
    for row in rows(name):
        theirs, before = table["output_color"][row], table["color_in"]
        ours = evaluate_color(name, table["affine_input"], before, **settings(row))
        use = table["deterministic"][row] & np.isfinite(theirs) & (table["sens"][row] <= 1e5)
        # Colours are taken modulo 1, and a turn between 0 and 1 is a jump that `sens` does not know.
        error = np.abs(ours - theirs)[use]
        error = np.minimum(error, 1.0 - error)
        assert (error <= 1e-9 + 1e-10 * table["sens"][row][use]).all(), table["params_json"][row]
        if table["kind"][row] == "random" and np.isfinite(table["color_stats"][row]).all():
            check_color_statistics(row)


def check_color_statistics(row: int) -> None:
    """Mean, spread and quantiles of the colour at the points of the random rows."""
    table = tables()
    name = str(table["names"][row])
    points = table["rand_affine_input"]
    unchanged = rows("arch")[0]  # its statistics are those of the input
    before = np.repeat(table["color_stats"][unchanged][:, 0], SAMPLES)
    colors = evaluate_color(name, np.repeat(points, SAMPLES, axis=0), before, **settings(row))
    colors = colors.reshape(len(points), SAMPLES)
    mean, spread, *quantiles = table["color_stats"][row].T
    sigma = np.sqrt((colors.var(axis=1) + spread**2) / SAMPLES)
    assert (np.abs(colors.mean(axis=1) - mean) <= 6.0 * sigma + 1e-5).all()
    if name == "dc_perlin":  # another noise, of the same spread
        np.testing.assert_allclose(colors.std(axis=1), spread, rtol=0.2)
    else:
        assert_quantiles(colors, quantiles, name)


def assert_quantiles(samples: np.ndarray, quantiles, name: str) -> None:
    """That 10, 50 and 90 % of (points, SAMPLES, ...) are below the given quantiles (points, ...)."""
    for share, quantile in zip((0.1, 0.5, 0.9), quantiles, strict=True):
        quantile = quantile[:, None]
        slack = SLACK.get(name, 1e-5) * (1.0 + np.abs(quantile))
        below = (samples < quantile - slack).mean(axis=1)
        upto = (samples <= quantile + slack).mean(axis=1)
        sigma = np.sqrt(share * (1.0 - share) * (1.0 / SAMPLES + 1.0 / 4096))
        assert (below <= share + 6.0 * sigma).all()
        assert (upto >= share - 6.0 * sigma).all()


def random_rows() -> list:
    try:
        table = tables()
    except pytest.skip.Exception:
        return []
    known = [
        row
        for row, name in enumerate(table["names"])
        if name in VARIATIONS
        and (
            table["kind"][row] == "random"
            or (table["kind"][row] == "state" and np.isfinite(table["mean"][row]).any())
        )
    ]
    return [pytest.param(row, id=f"{table['names'][row]}-{table['param_set'][row]}") for row in known]


@pytest.mark.parametrize("row", random_rows())
def test_distributions(row):
    table = tables()
    name = str(table["names"][row])
    if (name, table["param_set"][row]) in OTHER_NOISE:
        pytest.skip("hangs on the other program's noise table")
    points = table["rand_affine_input"]
    samples = evaluated(row, np.repeat(points, SAMPLES, axis=0)).reshape(len(points), SAMPLES, 3)
    use = np.isfinite(table["mean"][row]).all(axis=1) & np.isfinite(samples).all(axis=(1, 2))
    assert use.sum() >= 12
    samples = samples[use]
    if name not in HEAVY_TAILS:
        spread = np.sqrt(samples.var(axis=1) / SAMPLES + table["std"][row][use] ** 2 / 4096)
        difference = np.abs(samples.mean(axis=1) - table["mean"][row][use])
        slack = SLACK.get(name, 1e-5) * (1.0 + np.abs(table["mean"][row][use]))
        assert (difference <= 6.0 * spread + slack).all()
    assert_quantiles(samples, [table[key][row][use] for key in ("q10", "q50", "q90")], name)
