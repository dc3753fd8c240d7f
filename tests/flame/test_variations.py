"""The registry, the rules that every body obeys, and what the formulas promise."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import math
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.flame.model import Variation
from bloom_blender.flame.variations import (
    HELPERS,
    VARIATIONS,
    P,
    lookup,
    registry,
    split_attribute,
    vocabulary,
)
from bloom_blender.flame.variations.evaluate import evaluate_color, evaluate_variation
from bloom_blender.flame.variations.source import array_function, check_source, syntax_tree

BLOOM = """arch auger blocky blur_heart blur_pixelize bubble butterfly crackle cross curl cylinder diamond
    epispiral flatten gaussian_blur GlynnSim2 julia3D linear linear3D oscilloscope poincare sec spherical
    swirl taurus Truchet waves2 z zblur zcone ztranslate""".split()

RNG = np.random.default_rng(7)
POINTS = RNG.normal(size=(200, 3))


def entries():
    return [entry for forms in registry._BY_LOWER_NAME.values() for entry in forms.values()]


# ------------------------------------------------------------------------------------- registry


def test_all_modules_of_variations_are_loaded_at_first_use():
    folder = Path(registry.__file__).parent
    registering = {path.stem for path in folder.glob("*.py") if "\n@variation(" in path.read_text("utf-8")}
    assert {entry.function.__module__.rpartition(".")[2] for entry in entries()} == registering


def test_the_variations_of_bloom_are_there():
    assert len(BLOOM) == 31
    assert set(BLOOM) <= set(VARIATIONS)


def test_lookup_in_any_capitals():
    assert lookup("JULIA3d") is VARIATIONS["julia3D"]
    with pytest.raises(KeyError, match="nonsense"):
        lookup("nonsense")


def test_lookup_falls_back_to_the_common_form():
    assert lookup("linear", "flam3") is VARIATIONS["linear"]
    assert lookup("cross", "current") is not VARIATIONS["cross"]


def test_attributes_split_into_form_and_variation():
    assert split_attribute("pre_Julia3D") == ("pre", VARIATIONS["julia3D"])
    assert split_attribute("post_curl") == ("post", VARIATIONS["curl"])
    assert split_attribute("linear") == ("regular", VARIATIONS["linear"])
    assert split_attribute("pre_nonsense") is None
    assert split_attribute("julia3D_power") is None


def test_no_attribute_means_two_things():
    """Weights and parameters of all variations and the fields of an xform have different names."""
    fields = set(
        "weight color color_speed var_color opacity animate coefs post chaos name symmetry plotmode".split()
    )
    names = [name.lower() for name in fields]
    for entry in VARIATIONS.values():
        names += [entry.name.lower(), *(f"{entry.name}_{p.name}".lower() for p in entry.parameters)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.name}-{e.compatibility}")
def test_entries_are_complete(entry):
    assert entry.randoms == sum(argument in {f"u{k}" for k in range(10)} for argument in entry.arguments)
    assert all(f"u{k}" in entry.arguments for k in range(entry.randoms))
    assert {p.argument for p in entry.parameters} <= set(entry.arguments)
    for p in entry.parameters:
        assert p.conform(p.default) == p.default
        assert p.minimum <= p.soft_minimum < p.soft_maximum <= p.maximum
        assert p.description and not p.description.endswith(".")
    assert inspect.getsource(entry.function).startswith(("@variation", "@_form"))


@pytest.mark.parametrize(
    ("p", "given_to_seen"),
    [
        (P("n", 2, kind="integer"), {2.4: 2, 2.5: 3, -2.5: -2, -0.2: 0}),
        (P("n", 2, kind="integer", minimum=3), {2: 3, 7.2: 7}),
        (P("n", 2, kind="integer_nonzero"), {0.2: 1, -0.2: 1, -0.6: -1, -2: -2}),
        (P("n", 2, kind="real_nonzero"), {0.0: 2.0**-52, 0.5: 0.5}),
        (P("n", 2, minimum=0, maximum=1), {-1: 0, 0.5: 0.5, 3: 1}),
        (P("n", 0, kind="cyclic", minimum=-1, maximum=1), {0.5: 0.5, 1: 1, 1.5: -0.5, -1.5: 0.5, 4.25: 0.25}),
    ],
)  # fmt: skip
def test_parameters_conform(p, given_to_seen):
    for given, seen in given_to_seen.items():
        assert p.conform(given) == seen


def test_values_fill_in_defaults_in_order():
    waves2 = lookup("waves2")
    variation = Variation("waves2", 1.0, (("scaley", 3.0),))
    assert waves2.values(variation) == (2.0, 0.0, 2.0, 3.0, 0.0, 0.0)
    assert lookup("julia3D").values({"power": 0.3}) == (1.0,)


def test_parameters_whose_names_are_taken_get_an_underscore():
    assert [P(name, 0.0).argument for name in ("x", "u3", "pow", "pi", "lambda", "scale")] == [
        "x_", "u3_", "pow_", "pi_", "lambda_", "scale",
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    "function",
    [entry.function for entry in entries()] + list(HELPERS.values()),
    ids=lambda function: function.__name__,
)
def test_bodies_obey_the_rules(function):
    assert check_source(function) == ()


@pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.name}-{e.compatibility}")
def test_variations_return_what_they_say_and_use_their_arguments(entry):
    tree = syntax_tree(entry.function)
    assert isinstance(tree.body[-1].value, ast.Tuple)
    assert len(tree.body[-1].value.elts) == (4 if entry.colors else 3)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    # Only a form of another program, and what no program uses, may leave parameters alone.
    common = {p.argument for p in entry.parameters if entry.compatibility != "1.0.0.14"}
    idle = {p.argument for p in entry.parameters if p.description.startswith("Not used")}
    assert set(entry.arguments) - common - idle <= used


def calls_foreign(x):
    """Calls something."""
    return print(x), 0.0, 0.0


def raises_power(x):
    """Uses an operator outside the list."""
    return x**2, 0.0, 0.0


def leaves_early(x):
    """Has two returns."""
    if x > 0.0:
        return x, 0.0, 0.0
    return -x, 0.0, 0.0


def defines_in_if(x):
    """Gives a name a value on one side only."""
    if x > 0.0:
        y = x
    return y, 0.0, 0.0


def loops_while(x):
    """Loops without a bound."""
    while x > 1.0:
        x = x - 1.0
    return x, 0.0, 0.0


def loops_far(x):
    """Loops to a variable."""
    for _ in range(x):
        x = x + 1.0
    return x, 0.0, 0.0


def returns_two(x):
    """Returns a pair."""
    return x, 0.0


def shadows(x):
    """Assigns a word of the vocabulary."""
    sin = x
    return sin, 0.0, 0.0


def has_default(x=1.0):
    """Has a default."""
    return x, 0.0, 0.0


def has_no_docstring(x):
    return x, 0.0, 0.0


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (calls_foreign, "calls print"), (raises_power, "BinOp"), (leaves_early, "Return"),
        (defines_in_if, "in an if"), (loops_while, "While"), (loops_far, "For"), (returns_two, "2 values"),
        (shadows, "assigns to sin"), (has_default, "plain names"), (has_no_docstring, "docstring"),
    ],
)  # fmt: skip
def test_the_rules_are_enforced(function, problem):
    assert any(problem in found for found in check_source(function))


def test_the_array_form_agrees_with_the_function_itself():
    """Calling the function point by point is the plain meaning of its source."""
    for entry in entries():
        if entry.name == "crackle":
            continue  # thousands of calls a point; the array form of its parts is covered below
        values = dict(zip((p.argument for p in entry.parameters), entry.values({}), strict=True))
        names = ("x", "y", "z", "ax", "ay", "az", "sumx", "sumy", "sumz")
        columns = {name: RNG.normal(size=12) for name in names}
        columns |= {f"u{k}": RNG.random(12) for k in range(10)}
        columns |= {name: np.full(12, value) for name, value in values.items()}
        columns |= {name: np.full(12, 0.4) for name in ("ca", "cb", "cc", "cd", "ce", "cf", "dc")}
        columns |= {"w": np.full(12, 0.7)}
        with np.errstate(all="ignore"):
            whole = array_function(entry.function)(*(columns[name] for name in entry.arguments))
            single = [entry.function(*(columns[name][k] for name in entry.arguments)) for k in range(12)]
        for axis in range(len(whole)):
            expected = np.array([result[axis] for result in single])
            np.testing.assert_allclose(
                np.broadcast_to(whole[axis], 12), expected, rtol=1e-12, err_msg=entry.name
            )


# ----------------------------------------------------------------------------------- vocabulary


def test_zeps_changes_zero_only():
    np.testing.assert_array_equal(
        vocabulary.zeps(np.array([0.0, -0.0, 1e-300, -3.0])), [2**-52, 2**-52, 1e-300, -3.0]
    )
    assert math.isnan(vocabulary.zeps(np.float64("nan")))


def test_hash3_follows_its_recipe():
    def recipe(i, j, k):
        h = (i * 0x9E3779B1 + j * 0x85EBCA77 + k * 0xC2B2AE3D) & 0xFFFFFFFF
        h = ((h ^ h >> 16) * 0x7FEB352D) & 0xFFFFFFFF
        h = ((h ^ h >> 15) * 0x846CA68B) & 0xFFFFFFFF
        return ((h ^ h >> 16) >> 8) / 2**24

    for i, j, k in [(0, 0, 0), (1, 2, 3), (-1, -2, -3), (2**31 - 1, -(2**31), 12345)]:
        assert vocabulary.hash3(float(i), float(j), float(k)) == recipe(i, j, k)


def test_hash3_spreads_evenly_and_takes_anything():
    i, j, k = np.meshgrid(*[np.arange(-20.0, 20.0)] * 3)
    values = vocabulary.hash3(i, j, k).ravel()
    assert values.min() >= 0.0 and values.max() < 1.0
    counts, _ = np.histogram(values, 64, (0.0, 1.0))
    assert np.abs(counts - 1000).max() < 6 * math.sqrt(1000)
    odd = vocabulary.hash3(np.array([np.nan, np.inf, -np.inf, 1e300]), 0.0, 0.0)
    assert ((odd >= 0.0) & (odd < 1.0)).all()


def test_noise_is_smooth_bounded_and_varied():
    noise = array_function(HELPERS["simplex_noise"])
    places = RNG.uniform(-50, 50, (20000, 3)).T
    values = noise(*places)
    assert np.abs(values).max() <= 1.0
    assert 0.2 < values.std() < 0.5
    assert abs(values.mean()) < 0.02
    moved = noise(places[0] + 1e-5, places[1], places[2])
    assert np.abs(moved - values).max() < 1e-4


# --------------------------------------------------------------------------------- what formulas say


def r2(points):
    return (points[:, :2] ** 2).sum(axis=1)


def as_complex(points):
    return points[:, 0] + 1j * points[:, 1]


def test_linear_is_the_identity():
    np.testing.assert_array_equal(evaluate_variation("linear", POINTS), POINTS)


def test_spherical_is_its_own_inverse():
    there = evaluate_variation("spherical", POINTS)
    np.testing.assert_allclose(evaluate_variation("spherical", there), POINTS, rtol=1e-9)


def test_swirl_keeps_the_radius():
    np.testing.assert_allclose(r2(evaluate_variation("swirl", POINTS)), r2(POINTS))


@pytest.mark.parametrize("power", [2, 3, -2, -5])
def test_julian_takes_roots(power):
    roots = as_complex(evaluate_variation("julian", POINTS, parameters={"power": power}, seed=1))
    np.testing.assert_allclose(roots**power, as_complex(POINTS), rtol=1e-9)
    turns = np.round(np.angle(roots / as_complex(POINTS) ** (1 / power)) * abs(power) / (2 * np.pi)) % abs(
        power
    )
    assert len(set(turns)) == abs(power)


def test_julia3d_takes_roots_in_the_plane():
    flat = POINTS * [1.0, 1.0, 0.0]
    roots = as_complex(evaluate_variation("julia3D", flat, parameters={"power": -2}))
    np.testing.assert_allclose(roots**-2, as_complex(flat), rtol=1e-9)


def test_curl_is_a_complex_quotient():
    p = as_complex(POINTS)
    curl = as_complex(evaluate_variation("curl", POINTS, parameters={"c1": 0.3, "c2": -0.2}))
    np.testing.assert_allclose(curl, p / (1 + 0.3 * p - 0.2 * p**2), rtol=1e-9)


def test_sec_is_the_complex_secant_up_to_a_conjugation():
    expected = 1.0 / np.cos(as_complex(POINTS))
    np.testing.assert_allclose(as_complex(evaluate_variation("sec", POINTS)), expected, rtol=1e-9)


def test_poincare_keeps_the_unit_circle():
    angle = RNG.uniform(0, 2 * np.pi, 50)
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    image = evaluate_variation("poincare", circle, weight=0.1, parameters={"c1r": 2.25, "c2r": 1.2})
    np.testing.assert_allclose(r2(image), 1.0)


@pytest.mark.parametrize("compatibility", ["1.0.0.14", "current"])
def test_bwraps_without_gain_is_the_twist_alone(compatibility):
    points = np.random.default_rng(5).uniform(-2.0, 2.0, size=(200, 3))
    parameters = {"cellsize": 0.7, "space": 0.0, "gain": 0.0, "inner_twist": 0.5, "outer_twist": 0.0}
    found = evaluate_variation("bwraps", points, parameters=parameters, compatibility=compatibility)
    z = points[:, 0] + 1j * points[:, 1]
    middle = 0.7 * (np.floor(points[:, 0] / 0.7) + 0.5 + 1j * (np.floor(points[:, 1] / 0.7) + 0.5))
    away = z - middle
    inside = abs(away) <= 0.35
    twisted = middle + away * np.exp(-0.5j * (1.0 - abs(away / 0.35) ** 2))
    np.testing.assert_allclose(found[:, 0] + 1j * found[:, 1], np.where(inside, twisted, z), atol=1e-12)
    assert 0.5 < inside.mean() < 1.0


@pytest.mark.parametrize("name", ["blur_heart", "crackle", "gaussian_blur", "arch", "blur"])
def test_scatterers_of_the_plane_ignore_the_place(name):
    here, there = (evaluate_variation(name, p, weight=0.5, seed=3) for p in (POINTS, POINTS + 1.0))
    np.testing.assert_array_equal(here[:, :2], there[:, :2])


def test_zblur_has_the_variance_of_four_uniform_numbers():
    scatter = evaluate_variation("zblur", np.zeros((20000, 3)), weight=2.0)
    assert (scatter[:, :2] == 0.0).all()
    assert scatter[:, 2].std() == pytest.approx(2.0 * math.sqrt(4 / 12), rel=0.03)


def test_crackle_makes_shards_of_its_cells():
    """Without distortion and with no power the points of a cell come to lie on its border."""
    points = evaluate_variation("crackle", np.zeros((2000, 3)), parameters={"cellsize": 0.2, "power": 0.0})
    cell = points[:, :2] / 0.1
    offset = np.abs(cell - np.round(cell)).max(axis=1)
    np.testing.assert_allclose(offset, 0.5, atol=1e-6)


def test_truchet_seeds_0_and_1_turn_no_tile_and_all():
    """On the tile of the origin the arcs are around (0, 0) and (1, 1), or around the other corners."""
    x, y = RNG.uniform(0.01, 0.99, (2, 500))
    place = np.stack([x, y, 0 * x], axis=1)
    half = 0.5 * (math.sqrt(2.0) - 1.0) * 0.5
    for seed, corners in ((0, ((0, 0), (1, 1))), (1, ((1, 0), (0, 1)))):
        on = np.abs(evaluate_variation("Truchet", place, parameters={"seed": seed})).max(axis=1) > 0.0
        near = [np.abs(np.hypot(x - a, y - b) - 0.5) < half for a, b in corners]
        np.testing.assert_array_equal(on, near[0] | near[1])


def test_affine3d_scales_shears_turns_about_x_y_z_and_shifts():
    angle = dict(zip("XYZ", (30.0, -50.0, 110.0), strict=True))
    turns = []
    for axis, (i, j) in zip("XYZ", ((1, 2), (2, 0), (0, 1)), strict=True):
        turn, a = np.eye(3), math.radians(angle[axis])
        turn[[i, i, j, j], [i, j, i, j]] = math.cos(a), -math.sin(a), math.sin(a), math.cos(a)
        turns.append(turn)
    shear, shift = np.array([[1.0, 0.1, 0.2], [0.3, 1.0, 0.4], [0.5, 0.6, 1.0]]), np.array([1.0, 2.0, 3.0])
    scale = np.diag([0.5, 0.6, 0.7])
    expected = 0.8 * (POINTS @ (turns[2] @ turns[1] @ turns[0] @ shear @ scale).T + shift)
    parameters = {f"rotate{axis}": a for axis, a in angle.items()}
    for k, axis in enumerate("XYZ"):
        parameters |= {f"scale{axis}": scale[k, k], f"translate{axis}": shift[k]}
        parameters |= {f"shear{axis}{b}": shear[k, j] for j, b in enumerate("XYZ") if j != k}
    found = evaluate_variation("affine3D", POINTS, weight=0.8, parameters=parameters)
    np.testing.assert_allclose(found, expected, atol=1e-12)


# ------------------------------------------------------------------------------ special functions


def integral(function, panels: int = 100):
    """Over 0 … 1, by Gauss and Legendre on each panel."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    places = (np.arange(panels)[:, None] + 0.5 + 0.5 * nodes).ravel() / panels
    return 0.5 / panels * np.tensordot(np.tile(weights, panels), function(places[:, None]), 1)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_error_function_and_logarithm_of_gamma(kind):
    x = np.linspace(-6.0, 6.0, 401).astype(kind)
    found = array_function(HELPERS["error_function"])(x)
    np.testing.assert_allclose(found, [math.erf(v) for v in x], atol=8 * np.finfo(kind).eps)
    x = np.linspace(0.05, 60.0, 400).astype(kind)
    found = array_function(HELPERS["log_gamma"])(x)
    slack = {np.float32: 2e-6, np.float64: 1e-10}[kind]  # the series' own error
    np.testing.assert_allclose(found, [math.lgamma(v) for v in x], rtol=slack, atol=slack)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_bessel_function(kind):
    x = np.linspace(-60.0, 60.0, 401)
    expected = integral(lambda t: np.cos(math.pi * t - x * np.sin(math.pi * t)))
    found = array_function(HELPERS["bessel_j1"])(x.astype(kind))
    np.testing.assert_allclose(found, expected, atol={np.float32: 5e-6, np.float64: 2e-6}[kind])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("m", [-3.0, 0.0, 0.3, 0.9, 0.999])
def test_jacobis_functions(kind, m):
    """At u = F(φ | m), the integral of 1 / sqrt(1 - m sin² t) from 0 to φ, the amplitude is φ."""
    angle = np.linspace(-4.0, 4.0, 101)
    u = integral(lambda t: angle / np.sqrt(1.0 - m * np.sin(t * angle) ** 2)).astype(kind)
    slack = {np.float32: 2e-5, np.float64: 1e-9}[kind] / (1.0 - m if m > 0.0 else 1.0)
    m1 = np.full_like(u, 1.0 - m)
    with np.errstate(all="ignore"):
        found = array_function(HELPERS["jacobi_amplitude"])(u, m1)
        dn = array_function(HELPERS["jacobi_dn"])(u, m1)
    np.testing.assert_allclose(np.sin(found), np.sin(angle), atol=slack)
    np.testing.assert_allclose(np.cos(found), np.cos(angle), atol=slack)
    np.testing.assert_allclose(dn, np.sqrt(1.0 - m * np.sin(angle) ** 2), atol=slack)


# ------------------------------------------------------------------------------------------ forms


def test_assigning_forms_replace_and_flat_ones_keep_the_depth():
    regular = evaluate_variation("curl", POINTS, weight=0.7)
    for form in ("pre", "post"):
        changed = evaluate_variation("curl", POINTS, weight=0.7, form=form)
        np.testing.assert_array_equal(changed[:, :2], regular[:, :2])
        np.testing.assert_array_equal(changed[:, 2], POINTS[:, 2])
    assert (regular[:, 2] == 0.0).all()


def test_summing_forms_add():
    shift = evaluate_variation("ztranslate", POINTS, weight=0.5, form="pre") - POINTS
    np.testing.assert_allclose(shift, [[0.0, 0.0, 0.5]] * len(POINTS), atol=1e-15)
    assert VARIATIONS["gaussian_blur"].mode == "sum"


def test_variations_of_depth_alone_keep_the_plane_when_they_assign():
    changed = evaluate_variation("zcone", POINTS, form="post")
    np.testing.assert_array_equal(changed[:, :2], POINTS[:, :2])
    np.testing.assert_allclose(changed[:, 2], np.sqrt(r2(POINTS)))


def test_flatten_clears_the_sum_of_depth():
    assert VARIATIONS["flatten"].clears == "z" and VARIATIONS["flatten"].last
    np.testing.assert_array_equal(evaluate_variation("flatten", POINTS, form="post"), POINTS * [1, 1, 0])


def test_evaluation_is_reproducible_and_seeded():
    one, two, other = (evaluate_variation("gaussian_blur", POINTS, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_evaluation_refuses_what_it_cannot_mean():
    with pytest.raises(ValueError, match="shape"):
        evaluate_variation("linear", np.zeros(3))
    with pytest.raises(ValueError, match="form"):
        evaluate_variation("linear", POINTS, form="middle")
    with pytest.raises(KeyError, match="nonsense"):
        evaluate_variation("nonsense", POINTS)


def test_entries_are_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        VARIATIONS["linear"].name = "other"


def test_rand_cubes_are_as_high_as_their_colour_says():
    parameters = {"blockSize": 0.5, "blockHeight": 3.0}
    points = evaluate_variation("randCubes", np.zeros((20000, 3)), parameters=parameters)
    colors = evaluate_color("randCubes", np.zeros((20000, 3)), np.zeros(20000), parameters=parameters)
    blocks, which = np.unique(np.floor(points[:, :2] / 0.5), axis=0, return_inverse=True)
    heights = np.array([colors[which.ravel() == block].max() for block in range(len(blocks))])
    assert len(blocks) > 100 and (colors == heights[which.ravel()]).all()
    assert (points[:, 2] <= 6.0 * colors + 1e-12).all()
    assert 0.85 < (points[:, 2] / (6.0 * colors)).mean() < 0.93  # the mean of u^(1/8) is 8 / 9
