"""The programs that a card runs, in WGSL; variations come from their own source, see ``codegen.targets``."""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Sequence

from ..chaos.kernels import layout
from ..chaos.structure import OPACITY, Structure, XformStructure
from ..chaos.xforms import SPREAD, XformImages
from ..codegen.targets.wgsl import Module
from ..codegen.vectors import BOOL, FLOAT, WORD, Value
from ..flame.variations.source import VOCABULARY

#: The array of a shader in which the numbers of all xforms lie, and after them those of the view.
VALUES = "floats"
#: Invocations of a workgroup.
GROUP = 64
#: … and of one that adds up buckets.
WIDE_GROUP = 256
#: What a hit of an opaque xform, or a color of 1, counts: a byte of a random word decides on the rest.
UNIT = 256
#: Names of the numbers that a dispatch reads, all of 32 bits.
TASK = (
    "seed", "orbits", "xforms", "rows", "steps", "counting", "fuse", "begin", "renew", "turn",
    "renewed_age", "parts", "first_bucket", "buckets", "blocked", "colors", "first_orbit",
)  # fmt: skip
#: What ``begin`` may be: the orbits continue, restart, or continue with new random numbers.
GO_ON, START, RESEED = 0, 1, 2
#: Up to so many numbers are read once, before the first step, and are then at hand by name. A load in a
#: branch costs a software driver more than the arithmetic; a card keeps them where it keeps constants.
MOST_AT_HAND = 1024
#: Up to so many xforms, comparing with the limits of all is faster than searching.
FEW = 16
#: Up to so many xforms, the program tells their kinds apart by their numbers.
MANY = 64
#: Up to so many xforms of one kind, numbers at hand are chosen by which of them it is.
ALIKE = 4


def write_xform(module: Module, name: str, structure: XformStructure, at_hand: Sequence[int] = ()) -> None:
    """Write a function of an xform: ``fn name(point: vec4f, word: u32, at: u32) -> vec4f``.

    It gives the image of a point and its color; ``word`` is the orbit's random word, and the numbers of the
    xform begin at ``floats[at]``. Where these are at hand (see `MOST_AT_HAND`), ``at_hand`` are the values
    that ``at`` may have.
    """
    code = module.function(name, {"point": "vec4f", "word": "u32", "at": "u32"}, "vec4f")
    if at_hand:
        numbers = [Value(code, FLOAT, f"n{at_hand[0] + k}") for k in range(structure.size)]
        for at in at_hand[1:]:
            this = code.emit(BOOL, f"at == {at}u")
            numbers = [
                code.where(this, Value(code, FLOAT, f"n{at + k}"), before) for k, before in enumerate(numbers)
            ]
    else:
        numbers = code.values_at(VALUES, "at", structure.size)
    old = [code.emit(FLOAT, f"point.{axis}") for axis in "xyzw"]
    new = XformImages(code, structure, numbers).images(old, Value(code, WORD, "word"))
    code.line(f"return vec4f({', '.join(code.value(number).ref for number in new)});")


def kinds_of(structure: Structure) -> tuple[XformStructure, ...]:
    """The different kinds of xforms of a flame; each is a function of the shader."""
    return tuple(dict.fromkeys(structure.parts))


def numbers_at_hand(structure: Structure, view: int) -> int:
    """How many words a program reads once: those of the xforms, ``view`` ones and limits of chances, or 0."""
    limits = structure.xforms if structure.xforms <= FEW else 0
    size = structure.size + view + limits
    return size if size <= MOST_AT_HAND else 0


def game_shader(structure: Structure, lens: str, view: int) -> str:
    """The program that plays the game and counts: entry ``play``.

    Parameters
    ----------
    structure
        Of the flame. No value is in the text, so a change of one compiles nothing.
    lens
        ``"flat"``, ``"sharp"``, ``"blurred"`` or ``"camera"``, see ``chaos.kernels.histogram``.
    view
        How many numbers the view has.
    """
    module, ready = Module(VOCABULARY), numbers_at_hand(structure, view)
    for name in ("sin", "cos"):
        module.define(name)
    for number, kind in enumerate(kinds_of(structure)):
        offsets = _offsets(structure, kind)
        write_xform(module, f"xform{number}", kind, offsets if ready and len(offsets) <= ALIKE else ())
    lenses = {"camera": _CAMERA, "flat": _FLAT, "sharp": _SHARP, "blurred": _SHARP}
    declared, read = _at_hand(structure, ready, view)
    few = ready and structure.xforms <= FEW
    above = " + ".join(["0u", *(f"u32(word > limit{k})" for k in range(structure.xforms - 1))])
    parts = {
        "TASK": ", ".join(f"{name}: {'i32' if name in _SIGNED else 'u32'}" for name in TASK),
        "AT_HAND": declared,
        "READ": read,
        # With few xforms only those of a flame with xaos are searched for.
        "LAST": "select(0u, task.xforms - 1u, task.rows > 1u)" if few else "task.xforms - 1u",
        "CHOSEN": f"select({above}, low, task.rows > 1u)" if few else "low",
        "KIND": "k" if structure.xforms <= MANY else "words[part]",
        "CASES": _cases(structure, bool(ready)),
        "FINALS": _finals(structure),
        "PLACE": lenses[lens].replace("@BLUR@", _BLUR if lens == "blurred" else ""),
        "PHASE": f"view([{'CAMERA_PHASE' if lens == 'camera' else 'PHASE'}])",
        **_constants(),
    }
    text = re.sub("@([A-Z_]+)@", lambda found: parts[found[1]], _GAME)
    text = re.sub("@([A-Z_]+)@", lambda found: parts[found[1]], text)
    name = "n{}" if ready else f"{VALUES}[{{}}u]"
    places = {place: name.format(structure.size + number) for place, number in _views().items()}
    text = re.sub(r"view\(\[(.*?)\]\)", lambda found: places[found[1]], text)
    return f"{text}\n{module}"


def _offsets(structure: Structure, kind: XformStructure) -> list[int]:
    """Where the numbers of the xforms of a kind begin."""
    return [at for part, at in zip(structure.parts, structure.offsets, strict=True) if part == kind]


def _at_hand(structure: Structure, ready: int, view: int) -> tuple[str, str]:
    """The declarations of the numbers at hand, and the lines that read them."""
    first_limit = structure.size + view
    declared = [f"@group(0) @binding(8) var<uniform> at_hand: array<vec4u, {-(-ready // 4)}>;"]
    read = []
    for k in range(ready):
        word = f"at_hand[{k // 4}].{'xyzw'[k % 4]}"
        name, kind = f"n{k}", "f32"
        if k >= first_limit:
            name, kind = f"limit{k - first_limit}", "u32"
        declared.append(f"var<private> {name}: {kind};")
        read.append(f"  {name} = {word if kind == 'u32' else f'bitcast<f32>({word})'};")
    return ("\n".join(declared), "\n".join(read)) if ready else ("", "")


def _cases(structure: Structure, ready: bool) -> str:
    """What a switch does with each kind of the xforms that are drawn."""
    cases = []
    for number, kind in enumerate(kinds_of(structure)):
        if kind.final:
            continue
        offsets = _offsets(structure, kind)
        labels = [place for place in range(structure.xforms) if structure.parts[place] == kind]
        at, opacity = "words[part + 1u]", f"{VALUES}[at + {OPACITY}u]"
        if len(offsets) == 1:
            at = f"{offsets[0]}u"
            opacity = f"n{offsets[0] + OPACITY}" if ready else opacity
        shown = ", ".join(f"{label}u" for label in (labels if structure.xforms <= MANY else [number]))
        work = f"let at = {at}; moved = xform{number}(moved, word, at); shade = {opacity};"
        cases.append(f"      case {shown}: {{ {work} }}")
    return "\n".join(cases)


def _finals(structure: Structure) -> str:
    """The final xforms, one after the other."""
    kinds = kinds_of(structure)
    lines = []
    for place in range(structure.xforms, len(structure.parts)):
        number = kinds.index(structure.parts[place])
        lines.append(f"        shown = xform{number}(shown, seen_word, {structure.offsets[place]}u);")
    return "\n".join(lines)


_SIGNED = {"counting", "fuse", "renewed_age"}


@functools.cache
def _constants() -> dict[str, str]:
    escaped = struct.unpack("<I", struct.pack("<f", float(layout.ESCAPED)))[0]
    return {
        "ESCAPED": f"{escaped}u",
        "START": f"{START}u",
        "RESEED": f"{RESEED}u",
        "SPREAD": f"{SPREAD}u",
        "GROUP": str(GROUP),
        "UNIT": f"{UNIT}.0",
    }


@functools.cache
def _views() -> dict[str, int]:
    """Where the numbers of a view lie, by the names of the processor's kernels."""
    from ..chaos.kernels import histogram

    numbers = {name: value for name, value in vars(histogram).items() if name.isupper()}
    found = {name: int(value) for name, value in numbers.items() if isinstance(value, int | layout.I)}
    found |= {f"TURN+{k}": found["TURN"] + k for k in range(8)}
    for name in ("COLUMN", "ROW", "DIVISOR", "DEPTH"):
        found |= {f"{name}+{k}": found[name] + k for k in range(4)}
    return found


#: The game, step by step as ``chaos.kernels.game`` has it: an orbit draws the same random words there.
_GAME = """
struct Orbit { point: vec4f, a: u32, b: u32, age: i32, last: u32 };
struct Task { @TASK@ };

@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<storage, read_write> orbits: array<Orbit>;
@group(0) @binding(2) var<storage, read> floats: array<f32>;
@group(0) @binding(3) var<storage, read> words: array<u32>;
@group(0) @binding(4) var<storage, read> palette: array<vec4f>;
@group(0) @binding(5) var<storage, read> blockers: array<f32>;
@group(0) @binding(6) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> hidden: array<atomic<u32>>;

@AT_HAND@
var<private> shade: f32;

const NOWHERE = 0xffffffffu;

fn mixed(word: u32) -> u32 {
  var h = word;
  h ^= h >> 16u; h *= 0x7feb352du; h ^= h >> 15u; h *= 0x846ca68bu;
  return h ^ (h >> 16u);
}

fn uniform_of(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775390625e-08; }

fn is_far(number: f32) -> bool { return (bitcast<u32>(number) & 0x7fffffffu) >= @ESCAPED@; }

fn generator(number: u32) -> vec2u {
  let a = mixed(number ^ mixed(task.seed + 0x9e3779b9u));
  return vec2u(a, mixed(a + 0x85ebca6bu));
}

fn started(number: u32) -> Orbit {
  let drawn = generator(number);
  let b = drawn.y;
  let x = uniform_of(mixed(b + 1u)) * 2.0 - 1.0;
  let y = uniform_of(mixed(b + 2u)) * 2.0 - 1.0;
  return Orbit(vec4f(x, y, 0.0, uniform_of(mixed(b + 3u))), drawn.x, b | 1u, 0, task.xforms);
}

fn renewed(orbit: Orbit) -> Orbit {
  let h = mixed(orbit.a ^ mixed(orbit.b + task.turn));
  let x = uniform_of(mixed(h + 1u)) * 2.0 - 1.0;
  let y = uniform_of(mixed(h + 2u)) * 2.0 - 1.0;
  let point = vec4f(x, y, 0.0, uniform_of(mixed(h + 3u)));
  return Orbit(point, orbit.a, orbit.b, task.renewed_age, task.xforms);
}

fn chosen(word: u32, last: u32) -> u32 {
  let row = select(0u, last * task.xforms, task.rows > 1u);
  var low = 0u;
  var high = @LAST@;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (word > words[row + middle]) { low = middle + 1u; } else { high = middle; }
  }
  return @CHOSEN@;
}

fn count(point: vec4f, bucket: u32, word: u32) {
  let place = (bucket - task.first_bucket) * 4u;
  let last = f32(task.colors - 1u);
  var c = point.w;
  let phase = @PHASE@;
  if (phase != 0.0) { c = c + phase; c = c - floor(c); }
  let light = palette[u32(clamp(c, 0.0, 1.0) * last + 0.5)] * shade * @UNIT@;
  // What is less than a count is one by chance, so that dim colors are right on average.
  let h = mixed(word + 0x2545f491u);
  let more = vec4f(f32(h & 255u), f32((h >> 8u) & 255u), f32((h >> 16u) & 255u), f32(h >> 24u));
  let whole = vec4u(light + more * 0.00390625);
  if (whole.x > 0u) { atomicAdd(&counts[place], whole.x); }
  if (whole.y > 0u) { atomicAdd(&counts[place + 1u], whole.y); }
  if (whole.z > 0u) { atomicAdd(&counts[place + 2u], whole.z); }
  if (whole.w > 0u) { atomicAdd(&counts[place + 3u], whole.w); }
}

@compute @workgroup_size(@GROUP@)
fn play(@builtin(global_invocation_id) place: vec3u) {
  // Read before any branch. Every program has the same arguments.
@READ@
  _ = &blockers;
  _ = &floats;
  _ = &words;
  let number = place.x + task.first_orbit;
  var orbit = orbits[number];
  if (task.begin == @START@) { orbit = started(number); }
  if (task.begin == @RESEED@) {
    let drawn = generator(number);
    orbit.a = drawn.x;
    orbit.b = drawn.y | 1u;
    orbit.age = 0;
  }
  if (task.renew > 0u && number % task.renew == task.turn % task.renew) { orbit = renewed(orbit); }
  var unseen = 0u;
  for (var step = 0u; step < task.steps; step++) {
    let a = orbit.a;
    var word = a * 0x9e3779bbu;
    word = ((word << 5u) | (word >> 27u)) * 5u;
    let b = orbit.b ^ a;
    orbit.a = ((a << 26u) | (a >> 6u)) ^ (b ^ (b << 9u));
    orbit.b = (b << 13u) | (b >> 19u);
    let k = chosen(word, orbit.last);
    orbit.last = k;
    let part = task.parts + 2u * k;
    var moved = orbit.point;
    switch @KIND@ {
@CASES@
      default: {}
    }
    if (is_far(moved.w)) { moved.w = 0.0; }
    orbit.age += 1;
    let size = abs(moved.x) + abs(moved.y) + abs(moved.z);
    if (is_far(moved.x) || is_far(moved.y) || is_far(moved.z) || is_far(size)) {
      moved.x = uniform_of(word * @SPREAD@) * 2.0 - 1.0;
      moved.y = uniform_of(word * 0x85ebca77u) * 2.0 - 1.0;
      moved.z = 0.0;
      orbit.age = 0;
    }
    orbit.point = moved;
    if (task.counting == 1) {
      if (orbit.age < task.fuse) {
        unseen += 1u;
      } else {
        let seen_word = mixed(word + 0x1b56c4e9u);
        var shown = moved;
@FINALS@
        let bucket = place_of(&shown, seen_word);
        if (bucket >= task.first_bucket && bucket - task.first_bucket < task.buckets) {
          count(shown, bucket, seen_word);
        }
      }
    }
  }
  orbits[number] = orbit;
  if (unseen > 0u) { atomicAdd(&hidden[0], unseen); }
}

fn bucket_at(column: f32, row: f32, columns: f32, rows: f32) -> u32 {
  // By their bits: negative numbers, infinities and NaN are all large as unsigned integers.
  if (bitcast<u32>(column + 0.0) >= bitcast<u32>(columns) || bitcast<u32>(row + 0.0) >= bitcast<u32>(rows)) {
    return NOWHERE;
  }
  return u32(row) * u32(columns) + u32(column);
}

@PLACE@
"""

_SHIFTED = """
  let dx = X - view([CENTER_X]);
  let dy = Y - view([CENTER_Y]);
  let column = view([ACROSS_X]) * dx + view([ACROSS_Y]) * dy + view([MIDDLE_X]);
  let row = view([DOWN_X]) * dx + view([DOWN_Y]) * dy + view([MIDDLE_Y]);
  return bucket_at(column, row, view([WIDTH]), view([HEIGHT]));
}
"""

_FLAT = "fn place_of(point: ptr<function, vec4f>, word: u32) -> u32 {" + _SHIFTED.replace(
    "X -", "(*point).x -"
).replace("Y -", "(*point).y -")

_SHARP = """
fn place_of(point: ptr<function, vec4f>, word: u32) -> u32 {
  let p = vec3f((*point).x, (*point).y, (*point).z - view([ZPOS]));
  var x = view([TURN]) * p.x + view([TURN+1]) * p.y;
  var y = view([TURN+2]) * p.x + view([TURN+3]) * p.y + view([TURN+4]) * p.z;
  let z = view([TURN+5]) * p.x + view([TURN+6]) * p.y + view([TURN+7]) * p.z;
@BLUR@
  let divisor = 1.0 - view([PERSPECTIVE]) * z;
  let near = 1.0 / select(1.1920929e-07, divisor, divisor != 0.0);
""" + _SHIFTED.replace("X -", "x * near -").replace("Y -", "y * near -")

_BLUR = """
  let h = mixed(word + 0x6a09e667u);
  let turn = 6.2831853 * uniform_of(h);
  let share = view([EVEN]) + view([CURVE_X]) * x * x + view([CURVE_Y]) * y * y;
  let size = uniform_of(mixed(h + 0xbb67ae85u)) * view([BLUR]) * z * share;
  x = x + size * lib_cos(turn);
  y = y + size * lib_sin(turn);
"""

_CAMERA = """
fn place_of(point: ptr<function, vec4f>, word: u32) -> u32 {
  let p = vec4f((*point).xyz, 1.0);
  let column = dot(p, vec4f(view([COLUMN]), view([COLUMN+1]), view([COLUMN+2]), view([COLUMN+3])));
  let row = dot(p, vec4f(view([ROW]), view([ROW+1]), view([ROW+2]), view([ROW+3])));
  let divisor = dot(p, vec4f(view([DIVISOR]), view([DIVISOR+1]), view([DIVISOR+2]), view([DIVISOR+3])));
  let depth = dot(p, vec4f(view([DEPTH]), view([DEPTH+1]), view([DEPTH+2]), view([DEPTH+3])));
  if (!(depth >= view([NEAR]) && depth <= view([FAR]))) { return NOWHERE; }
  let near = 1.0 / select(1.1920929e-07, divisor, divisor > 0.0);
  var x = column * near;
  var y = row * near;
  if (view([BLUR_START]) != 0.0 || view([BLUR_SLOPE]) != 0.0) {
    let blur = (view([BLUR_START]) + view([BLUR_SLOPE]) * depth) * near;
    let blades = view([BLADES]);
    var half = 3.1415927;
    if (blades > 0.0) { half = half / blades; }
    let along = select(1.0, lib_cos(half), blades > 0.0);
    let across = select(0.0, lib_sin(half), blades > 0.0);
    let h = mixed(word + 0x6a09e667u);
    let k = mixed(h + 0xbb67ae85u);
    var turn = uniform_of(h) * 6.2831853;
    if (blades > 0.0) { turn = (floor(uniform_of(h) * blades) + 0.5) * 2.0 * half; }
    var size = uniform_of(k);
    if (!(view([SOFT]) > 0.0)) { size = sqrt(size); }
    size = size * blur;
    let side = across * (2.0 * uniform_of(mixed(k + 0x3c6ef372u)) - 1.0);
    turn = turn + view([APERTURE_TURN]);
    x = x + size * (along * lib_cos(turn) - side * lib_sin(turn)) * view([APERTURE_WIDTH]);
    y = y + size * (along * lib_sin(turn) + side * lib_cos(turn));
  }
  let bucket = bucket_at(x, y, view([COLUMNS]), view([ROWS]));
  if (bucket != NOWHERE && task.blocked == 1u && depth > blockers[bucket]) { return NOWHERE; }
  if (view([DEPTH_STEP]) > 0.0) { (*point).w = (depth - view([DEPTH_ORIGIN])) * view([DEPTH_STEP]); }
  return bucket;
}
"""

#: Adds the counts to the totals, of which there are two words each, and clears them.
DRAIN = f"""
@group(0) @binding(0) var<storage, read_write> counts: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> low: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> high: array<vec4u>;

@compute @workgroup_size({WIDE_GROUP})
fn drain(@builtin(global_invocation_id) place: vec3u, @builtin(num_workgroups) groups: vec3u) {{
  let bucket = place.x + place.y * groups.x * {WIDE_GROUP}u;
  if (bucket >= arrayLength(&counts)) {{ return; }}
  let more = counts[bucket];
  let sum = low[bucket] + more;
  low[bucket] = sum;
  high[bucket] += vec4u(sum < more);
  counts[bucket] = vec4u();
}}
"""
