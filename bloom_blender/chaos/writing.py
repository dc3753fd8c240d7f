"""Write the source of kernel modules: one for the loop of each xform, one that all flames share."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

from ..flame.variations import registry
from . import inlining, mathematics
from .structure import COEFS, COLOR, COLOR_SPEED, DIRECT_COLOR, OPACITY, POST, VariationSlot, XformStructure

_FOLDER = Path(__file__).parent
#: Random words of one application: draw k of variation v is word v * DRAWS + k.
DRAWS = 16
#: Odd multiplier that spreads word numbers over 32 bits (2**32 / golden ratio).
SPREAD = 0x9E3779B1


@functools.cache
def template(name: str) -> str:
    """Text of a template file of this folder."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@functools.cache
def _library() -> dict[str, str]:
    """Source of each elementary function and helper, as compiled inline functions of a kernel."""
    functions: dict[str, Callable] = {
        name: value
        for name, value in vars(mathematics).items()
        if inspect.isfunction(value) and value.__module__ == mathematics.__name__
    }
    functions |= registry.HELPERS
    return {name: inlining.function_source(function, "@inline") for name, function in functions.items()}


def _used(text: str, library: dict[str, str]) -> list[str]:
    """Library functions that ``text`` needs, those that others need first."""
    order: list[str] = []

    def add(source: str, ignore: str) -> None:
        for name in inlining.called_names(source):
            if name in library and name != ignore and name not in order:
                add(library[name], name)
                order.append(name)

    add(text, "")
    return order


#: A C function, so that ``cloud_kernels`` can call it by address.
_APPLY = """
@numba.cfunc(
    numba.void(
        numba.types.CPointer(numba.float32), numba.types.CPointer(numba.uint32), numba.int64, numba.int64,
        numba.types.CPointer(numba.float32),
    ),
    cache=True, fastmath=FLAGS, error_model="numpy",
)
def apply(floats, words, begin, count, numbers):
    f = numba.carray(floats, (FLOATS,))
    u = numba.carray(words, (WORDS,))
    values = numba.carray(numbers, ({size},))
{loop}
"""

Names = tuple[str, str, str]


def _variation(slot: VariationSlot, number: int, target: Names, point: Names, running: Names) -> list[str]:
    """Lines that compute one variation of ``point`` into the names ``target``."""
    entry = slot.entry
    prefix = f"v{number}_"
    arguments = {
        "x": point[0], "y": point[1], "z": point[2], "w": f"p{slot.offset}",
        "ax": running[0], "ay": running[1], "az": running[2], "dc": "painted",
        **dict(zip(("sumx", "sumy", "sumz"), running if slot.form == "regular" else ("F(0.0)",) * 3)),
        **{f"c{letter}": f"coef{k}" for k, letter in enumerate("abcdef")},
        **{parameter.argument: f"p{slot.offset + 1 + k}" for k, parameter in enumerate(entry.parameters)},
    }  # fmt: skip
    lines = []
    for k in range(entry.randoms):
        if f"u{k}" in entry.arguments:
            word = (number * DRAWS + k + 1) * SPREAD & 0xFFFFFFFF
            lines.append(f"{prefix}random{k} = uniform(mixed(U(h + U({word:#x}))))")
            arguments[f"u{k}"] = f"{prefix}random{k}"
    if not entry.colors:
        return lines + inlining.inlined(entry.function, prefix, arguments, target)
    lines += inlining.inlined(entry.function, prefix, arguments, (*target, "dcolor"))
    return [*lines, f"painted = dcolor if on{slot.offset} else painted"]


def _loop(structure: XformStructure) -> str:
    """Source of the loop that applies one xform to the packed orbits ``begin … begin + count - 1``."""
    lines = [f"p{offset} = values[{offset}]" for offset in range(structure.size)]
    # A variation of no weight is absent. Selecting, not multiplying, keeps its poles out of the sum.
    for variation in structure.variations:
        lines.append(f"on{variation.offset} = fabs(p{variation.offset}) >= F({registry.MINIMUM_WEIGHT})")
    # ember names the coefs a b c d e f by rows; the file lists them by columns: a d b e c f.
    for k, place in enumerate((0, 2, 4, 1, 3, 5)):
        lines.append(f"coef{k} = p{COEFS + place}")
    lines += [f"post{k} = p{POST + place}" for k, place in enumerate((0, 2, 4, 1, 3, 5))]
    lines += [
        f"speed = p{COLOR_SPEED}",
        f"blend = speed * p{COLOR}",
        f"opacity = p{OPACITY}",
        f"direct = p{DIRECT_COLOR}",
    ]
    body = [
        "i = I(begin) + j",
        "h = u[PR + i]",
        "x0 = f[PX + i]",
        "y0 = f[PY + i]",
        "z0 = f[PZ + i]",
        "c0 = f[PC + i]",
        "x = coef0 * x0 + coef1 * y0 + coef2",
        "y = coef3 * x0 + coef4 * y0 + coef5",
        "z = z0",
        "color = blend + (F(1.0) - speed) * c0",
    ]
    colored = any(variation.entry.colors for variation in structure.variations)
    if colored:
        body.append("painted = color")
    forms = {form: [v for v in structure.variations if v.form == form] for form in ("pre", "regular", "post")}
    number = 0
    for variation in forms["pre"]:
        body += _replacing(variation, number, ("x", "y", "z"))
        number += 1
    if forms["regular"] or not forms["pre"]:
        body += ["sx = F(0.0)", "sy = F(0.0)", "sz = F(0.0)"]
        for variation in sorted(forms["regular"], key=lambda v: v.entry.last):
            body += _summed(variation, number)
            number += 1
    else:
        body += ["sx = x", "sy = y", "sz = z"]
    for variation in forms["post"]:
        body += _replacing(variation, number, ("sx", "sy", "sz"))
        number += 1
    if colored:  # ember's rule; what is no number (or endless, which no blend would end) counts as 0
        body += [
            "color = color + direct * (painted - color)",
            "color = color if fabs(color) < F(3e38) else F(0.0)",
        ]
    body += ["nx = post0 * sx + post1 * sy + post2", "ny = post3 * sx + post4 * sy + post5", "nz = sz"]
    if structure.final:
        # A final xform of opacity p shows a share p of the points (ember's rule).
        body += [
            "shown = uniform(mixed(U(h + U(0x3C6EF372)))) < opacity or opacity >= F(1.0)",
            "nx = nx if shown else x0",
            "ny = ny if shown else y0",
            "nz = nz if shown else z0",
            "color = color if shown else c0",
        ]
    body += ["f[PX + i] = nx", "f[PY + i] = ny", "f[PZ + i] = nz", "f[PC + i] = color"]
    return "\n".join([*lines, "for j in range(I(count)):", textwrap.indent("\n".join(body), "    ")])


def _summed(slot: VariationSlot, number: int) -> list[str]:
    """Lines of a regular variation: added to the running sum, or instead of it on the axes that it clears."""
    clears = slot.entry.clears
    lines = _variation(slot, number, ("dx", "dy", "dz"), ("x", "y", "z"), ("sx", "sy", "sz"))
    for axis in "xyz":
        new = f"d{axis}" if axis in clears else f"s{axis} + d{axis}"
        lines.append(f"s{axis} = {new} if on{slot.offset} else s{axis}")
    return lines


def _replacing(slot: VariationSlot, number: int, point: Names) -> list[str]:
    """Lines of a pre_ or post_ variation: it replaces the point, or adds to it if it is of that family."""
    entry = slot.entry
    lines = _variation(slot, number, ("dx", "dy", "dz"), point, point)
    for axis, name in zip("xyz", point, strict=True):
        if entry.mode == "sum":
            new = f"{name} + d{axis}"
        elif axis in entry.keeps:
            continue  # a flat variation keeps the depth of its input
        else:
            new = f"d{axis}"
        lines.append(f"{name} = {new} if on{slot.offset} else {name}")
    return lines


def xform_source(structure: XformStructure) -> str:
    """The whole text of the module that applies one xform: a C function ``apply``."""
    loop = _loop(structure)
    library = _library()
    functions = "\n\n".join(library[name] for name in _used(loop, library))
    head = [template("prelude.py"), template("layout.py"), f"pi = F({mathematics.pi!r})"]
    return "\n\n".join(
        [*head, functions, _APPLY.format(size=structure.size, loop=textwrap.indent(loop, "    "))]
    )


def shared_source(name: str) -> str:
    """The whole text of a module that plays the game for any flame; ``name`` is its template's file."""
    library = _library()
    functions = [library[used] for used in _used(template(name), library)]
    parts = [template(part) for part in ("prelude.py", "layout.py")]
    return "\n\n".join([*parts, *functions, template("game_kernels.py"), template(name)])
