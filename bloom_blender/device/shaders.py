"""The programs that a card runs, in WGSL; variations come from their own source, see ``codegen.targets``."""

from __future__ import annotations

from ..chaos.structure import XformStructure
from ..chaos.xforms import XformImages
from ..codegen.targets.wgsl import Module
from ..codegen.vectors import FLOAT, WORD, Value

#: The array of a shader in which the numbers of all xforms lie.
VALUES = "values"


def write_xform(module: Module, name: str, structure: XformStructure) -> None:
    """Write a function of an xform: ``fn name(point: vec4f, word: u32, at: u32) -> vec4f``.

    It gives the image of a point and its color; ``word`` is the orbit's random word, and the numbers of the
    xform begin at ``values[at]``.
    """
    code = module.function(name, {"point": "vec4f", "word": "u32", "at": "u32"}, "vec4f")
    numbers = code.values_at(VALUES, "at", structure.size)
    old = [code.emit(FLOAT, f"point.{axis}") for axis in "xyzw"]
    new = XformImages(code, structure, numbers).images(old, Value(code, WORD, "word"))
    code.line(f"return vec4f({', '.join(code.value(number).ref for number in new)});")
