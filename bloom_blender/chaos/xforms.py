"""The code of one xform: a loop over the orbits that chose it, as LLVM assembly.

The loop is a C function ``apply(floats, words, begin, count, values)`` that replaces orbits ``begin …
begin + count - 1`` by their images: of those that are grouped by xform, or for a final xform of the rows that
are shown, see ``layout``. ``XformImages`` says what it computes, for any target of the compiler; the
variations are their own functions, see ``lowering``.
"""

from __future__ import annotations

from ..codegen.lowering import lower
from ..codegen.random_bits import mixed, uniform
from ..codegen.targets.llvm import Assembly, Module
from ..codegen.vectors import BOOL, FLOAT, INT, WORD, Code, Operand, Value
from ..flame.variations import registry
from ..flame.variations.source import VOCABULARY
from .kernels import layout
from .structure import COEFS, COLOR, COLOR_SPEED, DIRECT_COLOR, OPACITY, POST, VariationSlot, XformStructure

#: Random words of one application: draw k of variation v is word v * DRAWS + k.
DRAWS = 16
#: Odd multiplier that spreads word numbers over 32 bits (2**32 / golden ratio).
SPREAD = 0x9E3779B1
#: Farther than this is no place of an orbit, see ``layout``.
ESCAPED = float(layout.ESCAPED)
#: Rows of the points that are shown.
SHOWN = (layout.SHOWN_X, layout.SHOWN_Y, layout.SHOWN_Z, layout.SHOWN_COLOR)
#: Name of the function in the assembly.
APPLY = "apply"
_ARGUMENTS = "ptr noalias %floats, ptr noalias %words, i64 %begin, i64 %count, ptr noalias %values"

Point = tuple[Operand, Operand, Operand]


def xform_assembly(structure: XformStructure, width: int) -> str:
    """The assembly of an xform's loop, for vectors of ``width`` orbits."""
    module = Module(width, VOCABULARY)
    code = module.procedure(APPLY, _ARGUMENTS)
    numbers = [code.load_one("%values", k) for k in range(structure.size)]
    xform = XformImages(code, structure, numbers)
    code.line("br label %orbits")
    code.begin_block("orbits")
    start = len(code.lines)
    code.line("%i = add i64 %begin, %j")
    word = code.emit(INT, f"add i64 %i, {layout.GROUPED_WORD}").ref
    h = code.load("%words", word, WORD)
    old, places = _load(code, structure.final)
    new = [code.value(number) for number in xform.images(old, h)]
    if not structure.final:
        new = _restarted(code, new, h)
    # The last vector may reach into the orbits of the next xform: those keep their values.
    inside = _lanes_below(code, "%count", "%j")
    kept = [code.where(inside, after, before) for after, before in zip(new, old, strict=True)]
    if structure.final:
        for value, place in zip(kept, places, strict=True):
            code.store(value, "%floats", place)
    else:
        code.store_four(kept, "%floats", places[0])
    code.lines.insert(start, f"  %j = phi i64 [ 0, %entry ], [ %next, %{code.block} ]")
    code.line(f"%next = add i64 %j, {width}")
    code.line("%more = icmp slt i64 %next, %count")
    code.line("br i1 %more, label %orbits, label %done")
    code.begin_block("done")
    code.line("ret void")
    return str(module)


def _load(code: Assembly, final: bool) -> tuple[list[Value], list[str]]:
    """x, y, z and color of the orbits from ``%i`` on, and where they lie."""
    if final:
        rows = [code.emit(INT, f"add i64 %i, {row}").ref for row in SHOWN]
        return [code.load("%floats", row, FLOAT) for row in rows], rows
    code.line("%four = mul i64 %i, 4")
    place = code.emit(INT, f"add i64 %four, {layout.GROUPED}").ref
    x, y, z, c = code.load_four("%floats", place)
    # An orbit that has restarted keeps its color, and its depth is only a mark.
    return [x, y, code.where(z < ESCAPED, z, 0.0), c], [place]


def _restarted(code: Assembly, new: list[Value], h: Value) -> list[Value]:
    """The points, but random ones in [-1, 1] squared for those that escaped, which their depth marks."""
    x, y, z, c = new
    far = code.intrinsic("fabs", x) + code.intrinsic("fabs", y) + code.intrinsic("fabs", z)
    inside = far < ESCAPED  # not for NaN
    c = code.where(code.intrinsic("fabs", c) < ESCAPED, c, 0.0)
    fresh = [uniform(h * odd) * 2.0 - 1.0 for odd in (SPREAD, 0x85EBCA77)]
    replaced = zip((x, y, z), (*fresh, 2.0 * ESCAPED), strict=True)
    return [*(code.where(inside, old, other) for old, other in replaced), c]


def _lanes_below(code: Assembly, count: str, first: str) -> Value:
    """Which lanes of a vector that begins with number ``first`` hold one below ``count``."""
    code.line(f"%left = sub i64 {count}, {first}")
    code.line("%some = trunc i64 %left to i32")
    order = ", ".join(f"i32 {lane}" for lane in range(code.module.width))
    return code.emit(BOOL, f"icmp slt {code.module.type_of(INT)} <{order}>, {code.spread('%some', INT).ref}")


class XformImages:
    """Writes what an xform does to its orbits; ``numbers`` are its values, see ``structure``."""

    def __init__(self, code: Code, structure: XformStructure, numbers: list[Value]) -> None:
        self.code, self.structure, self.numbers = code, structure, numbers
        # A variation of no weight is absent. Selecting, not multiplying, keeps its poles out of the sum.
        self.present = {
            slot: code.intrinsic("fabs", numbers[slot.offset]) >= registry.MINIMUM_WEIGHT
            for slot in structure.variations
        }
        self.drawing = 0  # number of the variation that is written, for its random words
        self.painted: Operand = 0.0  # the colour so far

    def images(self, old: list[Value], h: Value) -> list[Operand]:
        """The image of a point and its new colour; ``old`` is x, y, z, colour, ``h`` its random word."""
        code, numbers = self.code, self.numbers
        x0, y0, z0, c0 = old
        # ember names the coefs a b c d e f by rows; the file lists them by columns: a d b e c f.
        a, d, b, e, c, f = numbers[COEFS : COEFS + 6]
        pa, pd, pb, pe, pc, pf = numbers[POST : POST + 6]
        speed, opacity = numbers[COLOR_SPEED], numbers[OPACITY]
        color = self.painted = speed * numbers[COLOR] + (1.0 - speed) * c0
        given = {"h": h, "ca": a, "cb": b, "cc": c, "cd": d, "ce": e, "cf": f}
        x, y, z = self._variations((a * x0 + b * y0 + c, d * x0 + e * y0 + f, z0), given)
        if self.painted is not color:
            # ember's rule; NaN (or infinity, which no blend would end) counts as 0.
            color = color + numbers[DIRECT_COLOR] * (self.painted - color)
            color = code.where(code.intrinsic("fabs", color) < 3e38, color, 0.0)
        new: list[Operand] = [pa * x + pb * y + pc, pd * x + pe * y + pf, z, color]
        if self.structure.final:
            # A final xform of opacity p shows a share p of the points (ember's rule).
            shown = (uniform(mixed(h + 0x3C6EF372)) < opacity) | (opacity >= 1.0)
            new = [code.where(shown, after, before) for after, before in zip(new, old, strict=True)]
        return new

    def _variations(self, point: Point, given: dict[str, Value]) -> Point:
        """The image of an affine point under all variations, in ember's order."""
        slots = self.structure.variations
        forms = {form: [slot for slot in slots if slot.form == form] for form in ("pre", "regular", "post")}
        for slot in forms["pre"]:
            point = self._replaced(slot, point, given)
        total = (0.0, 0.0, 0.0) if forms["regular"] or not forms["pre"] else point
        for slot in sorted(forms["regular"], key=lambda slot: slot.entry.last):
            total = self._summed(slot, point, total, given)
        for slot in forms["post"]:
            total = self._replaced(slot, total, given)
        return total

    def _summed(self, slot: VariationSlot, point: Point, total: Point, given: dict[str, Value]) -> Point:
        """The sum after a regular variation: added to, or restarted on the axes that it clears."""
        result = self._result(slot, point, total, total, given)
        axes = zip("xyz", total, result, strict=True)
        new = [part if axis in slot.entry.clears else so_far + part for axis, so_far, part in axes]
        return self._where_present(slot, new, total)

    def _replaced(self, slot: VariationSlot, point: Point, given: dict[str, Value]) -> Point:
        """The point after a pre_ or post_ variation, which replaces it, or adds to it if of that family."""
        entry = slot.entry
        result = self._result(slot, point, point, (0.0, 0.0, 0.0), given)
        new = []
        for axis, old, part in zip("xyz", point, result, strict=True):
            # A flat variation keeps the depth of its input.
            new.append(old + part if entry.mode == "sum" else old if axis in entry.keeps else part)
        return self._where_present(slot, new, point)

    def _where_present(self, slot: VariationSlot, new: list[Operand], old: Point) -> Point:
        x, y, z = (
            before if after is before else self.code.where(self.present[slot], after, before)
            for after, before in zip(new, old, strict=True)
        )
        return x, y, z

    def _result(
        self, slot: VariationSlot, point: Point, running: Point, sums: Point, given: dict[str, Value]
    ) -> Point:
        """What a variation's function returns."""
        entry, weight = slot.entry, slot.offset
        arguments: dict[str, Operand] = {
            **given, **dict(zip("xyz", point, strict=True)), "w": self.numbers[weight], "dc": self.painted,
            **dict(zip(("ax", "ay", "az"), running, strict=True)),
            **dict(zip(("sumx", "sumy", "sumz"), sums, strict=True)),
        }  # fmt: skip
        for k, parameter in enumerate(entry.parameters):
            arguments[parameter.argument] = self.numbers[weight + 1 + k]
        for k in range(entry.randoms):
            if f"u{k}" in entry.arguments:
                arguments[f"u{k}"] = uniform(mixed(given["h"] + (self.drawing * DRAWS + k + 1) * SPREAD))
        self.drawing += 1
        x, y, z, *color = lower(self.code, entry.function, arguments)
        if entry.colors:
            self.painted = self.code.where(self.present[slot], color[0], self.painted)
        return x, y, z
