"""Every variation as a shader computes it, against numpy's value in float64."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from bloom_blender.chaos.structure import structure_of, values_of
from bloom_blender.codegen.targets.wgsl import Module
from bloom_blender.device.shaders import write_xform
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import registry
from bloom_blender.flame.variations.source import VOCABULARY
from tests.chaos.test_color_and_sum import SPECIAL, compiled, reference, with_others

COUNT = 384
GROUP = 64
#: Variations of one shader: a software driver's time grows faster than the number.
BATCH = 3
COEFS = (0.9, -0.3, 0.2, 1.1, 0.1, -0.2)
ENTRIES = [entry for forms in registry._BY_LOWER_NAME.values() for entry in forms.values()]
CASES = {
    (entry.name, entry.compatibility, "regular"): (Variation(entry.name, 0.7, entry.defaults()),)
    for entry in ENTRIES
} | {
    (name, compatibility, "post"): with_others(name, "post", compatibility) for name, compatibility in SPECIAL
}
"""Each variation alone, and in a post form among others those that look at the sum or the color."""

MAIN = """
@group(0) @binding(0) var<storage, read> floats: array<f32>;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> words: array<u32>;
@group(0) @binding(3) var<storage, read_write> images: array<vec4f>;

@compute @workgroup_size({group})
fn main(@builtin(global_invocation_id) place: vec3u, @builtin(num_workgroups) groups: vec3u) {{
  let one = place.x;
  let all = groups.x * {group}u;
  switch place.y {{
{cases}
    default: {{}}
  }}
}}
"""


def inputs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    points = rng.uniform(-1.5, 1.5, (COUNT, 4)).astype(np.float32)
    points[:, 3] = rng.random(COUNT)
    return points, rng.integers(0, 2**32, COUNT, dtype=np.uint32)


def xform_of(case: tuple[str, str, str]) -> Xform:
    return Xform(coefs=COEFS, color=0.3, variations=CASES[case])


def images_of(card, cases: list[tuple[str, str, str]]) -> np.ndarray:
    """What one shader makes of the points, (cases, COUNT, 4)."""
    module, branches, values = Module(VOCABULARY), [], []
    for number, case in enumerate(cases):
        xform = xform_of(case)
        flame = Flame("one", (xform,), compatibility=case[1])
        structure = structure_of(flame)
        write_xform(module, f"xform{number}", structure.parts[0])
        at = sum(len(part) for part in values)
        values.append(values_of(flame, structure))
        image = f"xform{number}(points[one], words[one], {at}u)"
        branches.append(f"    case {number}u: {{ images[{number}u * all + one] = {image}; }}")
    source = MAIN.format(group=GROUP, cases="\n".join(branches)) + str(module)
    pipeline = card.pipeline(source, "main")
    images = card.buffer(len(cases) * COUNT * 16)
    given = [card.buffer(array) for array in (np.concatenate(values), *inputs())]
    card.run((pipeline, card.bind(pipeline, [*given, images]), (COUNT // GROUP, len(cases))))
    return np.frombuffer(card.read(images), np.float32).reshape(len(cases), COUNT, 4)


@pytest.fixture(scope="module")
def images(card) -> dict[tuple[str, str, str], np.ndarray]:
    """What the shaders make of the points for each case."""
    cases = list(CASES)
    found = {}
    for first in range(0, len(cases), BATCH):
        some = cases[first : first + BATCH]
        found |= dict(zip(some, images_of(card, some), strict=True))
    return found


def is_hash(name: str, compatibility: str) -> bool:
    """Whether a variation looks at the low digits of a sine, which float32 lacks."""
    source = inspect.getsource(registry.lookup(name, compatibility).function)
    return "43758" in source or "shader_hash" in source


HASHES = [case for case in CASES if is_hash(*case[:2])]


@pytest.mark.parametrize("case", [case for case in CASES if case not in HASHES], ids="-".join)
def test_the_shader_equals_the_function(images, case):
    """Within 5e-5 of the value's size, and what the function itself makes of a step of float32."""
    _, compatibility, _ = case
    got = images[case].astype(np.float64)
    points, words = inputs()
    xform, points = xform_of(case), points.astype(np.float64)
    expected = reference(xform, points, words, compatibility)
    nudged = reference(xform, points * (1.0 + 4e-7), words, compatibility)
    with np.errstate(invalid="ignore"):
        slack = 5e-5 * (1.0 + np.abs(expected)) + 6.0 * np.abs(nudged - expected)
        wrong = ~(np.abs(got - expected) <= slack) & (np.abs(expected) < 1e10)
    # A point within a float32 step of a jump may fall on its other side, and colours jump from 1 to 0.
    assert wrong.any(1).mean() <= 0.02, (got[wrong.any(1)][:3], expected[wrong.any(1)][:3])


@pytest.mark.parametrize("case", HASHES, ids="-".join)
def test_hashes_of_a_sine_are_spread_as_on_the_processor(images, case):
    """The low digits of a large sine hang on each rounding: what counts is how the points are spread."""
    expected = compiled(xform_of(case), *inputs(), case[1])
    for got, wanted in zip(images[case].T, expected.T, strict=True):
        places = np.sort(np.concatenate([got, wanted]))
        shares = [np.searchsorted(np.sort(one), places, "right") / COUNT for one in (got, wanted)]
        assert np.abs(shares[0] - shares[1]).max() < 0.08
