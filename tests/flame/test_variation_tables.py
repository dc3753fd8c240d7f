"""Every variation, value by value, against tables measured on two versions of ember.

The tables hold the outputs of ember 1.0.0.14 and of ember 25 at fixed points with weight 0.7, for several
parameter sets; for random variations the moments and quantiles of 4096 samples at 16 points. The forms that
are flam3's own stand in none of them; ``benchmarks/golden.py --variations`` measures them.
"""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

from bloom_blender.flame.variations import VARIATIONS, lookup, registry
from bloom_blender.flame.variations.evaluate import evaluate_color, evaluate_variation
from tests.support import data_path

WEIGHT = 0.7
SAMPLES = 2000
TABLES = {"1.0.0.14": "v1.0.0.14.npz", "current": "current.npz"}
FORMS = {"1.0.0.14": "pre_post_1014.tsv", "current": "pre_post.tsv"}

OTHER_NOISE = {("crackle", 1), ("crackle", 2), ("dc_perlin", 2), ("Circle_Rand", 1)} | {
    (name, k)
    for name in ("pixel_flow", "Voron", "CircleLinear", "CircleRand", "CircleTrans1")
    for k in range(3)
}
"""Rows that hang on ember's own noise table or hash, from which ours differs by design."""

OTHER_HEIGHTS = {"randCubes"}
"""Their depth and colour alone hang on ember's hash."""

ELSEWHERE = {"affine3D"}
"""JWildfire's, which have no tables; ``test_variations.py`` has their formulas."""

AT_THE_ORIGIN = {"bcircle"}
"""Where the program returns early at the very origin, its pre and post forms lose the depth."""

HASHES = {"dust": 1e-8}
"""The low digits of a large sine magnify the rounding of its argument."""

SLACK = {"hypertile3D1": 3e-5}
"""Their random numbers are exact to float32; an angle that is one times 2^32, only to a millionth."""

HEAVY_TAILS = {"arch", "rays", "epispiral", "tanh_spiral", "coth_spiral"}
"""Their means say little: they pass through a pole."""


@functools.cache
def tables(compatibility: str = "1.0.0.14") -> dict[str, np.ndarray]:
    with np.load(data_path(f"variation-tables/{TABLES[compatibility]}")) as file:
        return {name: file[name] for name in file.files}


def cases() -> list:
    """What the programs have of our variations; without the tables, all of them, to be skipped."""
    try:
        theirs = {compatibility: set(tables(compatibility)["names"]) for compatibility in TABLES}
    except pytest.skip.Exception:
        theirs = {compatibility: set(VARIATIONS) for compatibility in TABLES}
    return [
        pytest.param(name, compatibility, id=f"{name}-{compatibility}")
        for compatibility in TABLES
        for name in VARIATIONS
        if name in theirs[compatibility]
    ]


CASES = cases()
every_case = pytest.mark.parametrize(("name", "compatibility"), CASES)


def test_nothing_is_left_unchecked():
    """Every form of every variation is compared with a program that has it."""
    tables()
    checked = {lookup(*case.values) for case in CASES}
    forms = {entry for forms in registry._BY_LOWER_NAME.values() for entry in forms.values()}
    assert {entry.name for entry in forms - checked if entry.compatibility != "flam3"} == ELSEWHERE


def rows(name: str, compatibility: str = "1.0.0.14") -> list[int]:
    found = [int(row) for row in np.flatnonzero(tables(compatibility)["names"] == name)]
    assert found, f"{name} is not in the tables"
    return found


def parameters(row: int, compatibility: str = "1.0.0.14") -> dict[str, float]:
    name = str(tables(compatibility)["names"][row])
    held = json.loads(tables(compatibility)["params_json"][row])
    return {p.name: held[f"{name}{p.joint}{p.name}"] for p in lookup(name, compatibility).parameters}


def settings(row: int, compatibility: str = "1.0.0.14") -> dict:
    return {
        "weight": WEIGHT,
        "parameters": parameters(row, compatibility),
        "affine": tuple(tables(compatibility)["affine"]),
        "seed": row,
        "compatibility": compatibility,
    }


def evaluated(row: int, points: np.ndarray, compatibility: str, form: str = "regular", colors=None):
    name = str(tables(compatibility)["names"][row])
    return evaluate_variation(name, points, form=form, colors=colors, **settings(row, compatibility))


@every_case
def test_parameters_are_those_of_the_program(name, compatibility):
    kinds = {"integer non-zero": "integer_nonzero", "non-zero": "real_nonzero"}
    table, entry = tables(compatibility), lookup(name, compatibility)
    (row,) = [row for row in rows(name, compatibility) if table["param_set"][row] == 0]
    theirs = json.loads(table["param_types_json"][row])
    assert list(theirs) == [f"{name}{p.joint}{p.name}" for p in entry.parameters]
    held = parameters(row, compatibility)
    for p in entry.parameters:
        kind, _, minimum, maximum = theirs[f"{name}{p.joint}{p.name}"]
        assert p.kind == kinds.get(kind, kind)
        assert p.default == pytest.approx(held[p.name])
        assert p.minimum == (minimum if minimum > -1e300 else -np.inf)
        assert p.maximum == (maximum if maximum < 1e300 else np.inf)


@every_case
def test_forms_act_as_in_the_program(name, compatibility):
    lines = data_path(f"variation-tables/{FORMS[compatibility]}").read_text().splitlines()
    header, *body = [line.split("\t") for line in lines]
    (line,) = [dict(zip(header, cells, strict=True)) for cells in body if cells[0] == name]
    entry = lookup(name, compatibility)
    assert entry.mode == line["pre_mode"] == line["post_mode"]
    assert bool(entry.clears) == (line["writes_running_output"] == "1")
    if not entry.clears and name != "curl3D":  # which is linear with the parameters of the table
        assert entry.z == {"w*z": "wz", "z": "own"}.get(line["regular_z"], line["regular_z"])


@pytest.mark.parametrize("form", ["regular", "pre", "post"])
@every_case
def test_values(name, compatibility, form):
    column = {"regular": "output", "pre": "output_pre", "post": "output_post"}[form]
    table = tables(compatibility)
    compared = 0
    for row in rows(name, compatibility):
        if table["kind"][row] == "state":
            continue  # it remembers the points before; ours has the same distribution
        if (name, table["param_set"][row]) in OTHER_NOISE:
            continue
        sens = table["sens"][row][:, None]
        theirs = table[column][row]
        use = table["deterministic"][row][:, None] & np.isfinite(theirs) & (sens <= 1e5)
        if name in AT_THE_ORIGIN and form != "regular":
            use = use & (np.abs(table["affine_input"][:, :2]) > 0.0).any(axis=1, keepdims=True)
        ours = evaluated(row, table["affine_input"], compatibility, form, table["color_in"])
        with np.errstate(invalid="ignore"):
            error = np.abs(ours - theirs)
        allowed = HASHES.get(name, 1e-9) * (1.0 + np.abs(theirs)) + 1e-10 * sens
        bad = use & ~(error <= allowed)
        assert not bad.any(), (table["params_json"][row], table["affine_input"][bad.any(axis=1)][:3])
        compared += int(use.any(axis=1).sum())
        if table["kind"][row] == "fixed" and not name.startswith("mirror_"):  # which keep 0 only
            assert use.any(axis=1).sum() >= 50
    assert compared or lookup(name, compatibility).randoms or (name, 0) in OTHER_NOISE


@pytest.mark.parametrize(("name", "compatibility"), [case for case in CASES if lookup(*case.values).colors])
def test_colors(name, compatibility):
    table = tables(compatibility)
    for row in rows(name, compatibility):
        theirs, before = table["output_color"][row], table["color_in"]
        ours = evaluate_color(name, table["affine_input"], before, **settings(row, compatibility))
        use = table["deterministic"][row] & np.isfinite(theirs) & (table["sens"][row] <= 1e5)
        # Colours are taken modulo 1, and a turn between 0 and 1 is a jump that `sens` does not know.
        error = np.abs(ours - theirs)[use]
        error = np.minimum(error, 1.0 - error)
        assert (error <= 1e-9 + 1e-10 * table["sens"][row][use]).all(), table["params_json"][row]
        known = np.isfinite(table["color_stats"][row]).all() and name not in OTHER_HEIGHTS
        if table["kind"][row] == "random" and known:
            check_color_statistics(row, compatibility)


def check_color_statistics(row: int, compatibility: str) -> None:
    """Mean, spread and quantiles of the colour at the points of the random rows."""
    table = tables(compatibility)
    name = str(table["names"][row])
    points = table["rand_affine_input"]
    unchanged = rows("arch", compatibility)[0]  # its statistics are those of the input
    before = np.repeat(table["color_stats"][unchanged][:, 0], SAMPLES)
    colors = evaluate_color(name, np.repeat(points, SAMPLES, axis=0), before, **settings(row, compatibility))
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
        found = {compatibility: tables(compatibility) for compatibility in TABLES}
    except pytest.skip.Exception:
        return []
    return [
        pytest.param(row, compatibility, id=f"{name}-{table['param_set'][row]}-{compatibility}")
        for compatibility, table in found.items()
        for row, name in enumerate(table["names"])
        if name in VARIATIONS
        and (
            table["kind"][row] == "random"
            or (table["kind"][row] == "state" and np.isfinite(table["mean"][row]).any())
        )
    ]


@pytest.mark.parametrize(("row", "compatibility"), random_rows())
def test_distributions(row, compatibility):
    table = tables(compatibility)
    name = str(table["names"][row])
    if (name, table["param_set"][row]) in OTHER_NOISE:
        pytest.skip("hangs on the other program's noise table")
    points = table["rand_affine_input"]
    samples = evaluated(row, np.repeat(points, SAMPLES, axis=0), compatibility)
    samples = samples.reshape(len(points), SAMPLES, 3)
    use = np.isfinite(table["mean"][row]).all(axis=1) & np.isfinite(samples).all(axis=(1, 2))
    assert use.sum() >= 12
    axes = slice(2 if name in OTHER_HEIGHTS else 3)
    samples = samples[use][..., axes]
    known = {key: table[key][row][use][..., axes] for key in ("mean", "std", "q10", "q50", "q90")}
    if name not in HEAVY_TAILS:
        spread = np.sqrt(samples.var(axis=1) / SAMPLES + known["std"] ** 2 / 4096)
        difference = np.abs(samples.mean(axis=1) - known["mean"])
        slack = SLACK.get(name, 1e-5) * (1.0 + np.abs(known["mean"]))
        assert (difference <= 6.0 * spread + slack).all()
    assert_quantiles(samples, [known[key] for key in ("q10", "q50", "q90")], name)
