"""Compiled variations of every program, with their random numbers, against numpy.

What ``test_kernels.py`` leaves: variations that draw random numbers, and other programs' forms.
"""

from __future__ import annotations

import inspect

import pytest

from bloom_blender.flame.model import Variation, Xform
from bloom_blender.flame.variations import registry
from tests.chaos.test_color_and_sum import agree

ENTRIES = [
    entry
    for forms in registry._BY_LOWER_NAME.values()
    for entry in forms.values()
    if entry.randoms or entry.compatibility != "1.0.0.14"
    if "shader_hash" not in inspect.getsource(entry.function)  # whose low digits float32 lacks
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.name}-{e.compatibility}")
def test_the_kernel_equals_the_function(entry):
    variation = Variation(entry.name, 0.7, entry.defaults())
    xform = Xform(coefs=(0.9, -0.3, 0.2, 1.1, 0.1, -0.2), color=0.3, variations=(variation,))
    agree(xform, entry.compatibility)
