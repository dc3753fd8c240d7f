"""The programs that a card runs, in WGSL; variations come from their own source, see ``codegen.targets``."""

from __future__ import annotations

import functools
import struct

from ..chaos.kernels import layout
from ..chaos.structure import Structure, XformStructure
from ..chaos.xforms import SPREAD, XformImages
from ..codegen.targets.wgsl import Module
from ..codegen.vectors import FLOAT, WORD, Value
from ..flame.variations.source import VOCABULARY

#: The array of a shader in which the numbers of all xforms lie.
VALUES = "floats"
#: Invocations of a workgroup.
GROUP = 64
#: … and of one that adds up buckets.
WIDE_GROUP = 256
#: What a hit of an opaque xform, or a color of 1, counts: a byte of a random word decides on the rest.
UNIT = 256
#: Names of the numbers that a dispatch reads, all of 32 bits.
TASK = (
    "seed", "orbits", "xforms", "rows", "finals", "steps", "counting", "fuse", "begin", "renew", "turn",
    "renewed_age", "view", "opacities", "parts", "first_bucket", "buckets", "blocked", "colors",
    "first_orbit",
)  # fmt: skip


def write_xform(module: Module, name: str, structure: XformStructure) -> None:
    """Write a function of an xform: ``fn name(point: vec4f, word: u32, at: u32) -> vec4f``.

    It gives the image of a point and its color; ``word`` is the orbit's random word, and the numbers of the
    xform begin at ``floats[at]``.
    """
    code = module.function(name, {"point": "vec4f", "word": "u32", "at": "u32"}, "vec4f")
    numbers = code.values_at(VALUES, "at", structure.size)
    old = [code.emit(FLOAT, f"point.{axis}") for axis in "xyzw"]
    new = XformImages(code, structure, numbers).images(old, Value(code, WORD, "word"))
    code.line(f"return vec4f({', '.join(code.value(number).ref for number in new)});")


def kinds_of(structure: Structure) -> tuple[XformStructure, ...]:
    """The different kinds of xforms of a flame; each is a function of the shader."""
    return tuple(dict.fromkeys(structure.parts))


def game_shader(structure: Structure, lens: str) -> str:
    """The program that plays the game and counts: entry ``play``.

    Parameters
    ----------
    structure
        Of the flame. No value is in the text, so a change of one compiles nothing.
    lens
        ``"flat"``, ``"sharp"``, ``"blurred"`` or ``"camera"``, see ``chaos.kernels.histogram``.
    """
    module, kinds = Module(VOCABULARY), kinds_of(structure)
    for number, kind in enumerate(kinds):
        write_xform(module, f"xform{number}", kind)
    for name in ("sin", "cos"):
        module.define(name)
    cases = []
    for number, kind in enumerate(kinds):
        places = [at for part, at in zip(structure.parts, structure.offsets, strict=True) if part == kind]
        # Where only one xform is of a kind, all invocations read the same numbers, and the card can tell.
        at = f"{places[0]}u" if len(places) == 1 else "at"
        cases.append(f"    case {number}u: {{ return xform{number}(point, word, {at}); }}")
    task = ", ".join(f"{name}: {'i32' if name in _SIGNED else 'u32'}" for name in TASK)
    text = _GAME.replace("CASES", "\n".join(cases)).replace("TASK", task)
    phase = _views()["CAMERA_PHASE" if lens == "camera" else "PHASE"]
    for name, value in {**_constants(), "PHASE": f"{phase}u"}.items():
        text = text.replace(f"@{name}@", value)
    lenses = {"camera": _CAMERA, "flat": _FLAT, "sharp": _SHARP, "blurred": _SHARP}
    blur = _BLUR if lens == "blurred" else ""
    shown = lenses[lens].replace("@BLUR@", blur)
    for name, number in _views().items():
        shown = shown.replace(f"[{name}]", f"({number}u)")
    return f"{text}\n{_PLACES}\n{shown}\n{module}"


_SIGNED = {"counting", "fuse", "renewed_age"}


@functools.cache
def _constants() -> dict[str, str]:
    escaped = struct.unpack("<I", struct.pack("<f", float(layout.ESCAPED)))[0]
    return {
        "ESCAPED": f"{escaped}u",
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
struct Task { TASK };

@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<storage, read_write> orbits: array<Orbit>;
@group(0) @binding(2) var<storage, read> floats: array<f32>;
@group(0) @binding(3) var<storage, read> words: array<u32>;
@group(0) @binding(4) var<storage, read> palette: array<vec4f>;
@group(0) @binding(5) var<storage, read> blockers: array<f32>;
@group(0) @binding(6) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> hidden: array<atomic<u32>>;

const NOWHERE = 0xffffffffu;

fn mixed(word: u32) -> u32 {
  var h = word;
  h ^= h >> 16u; h *= 0x7feb352du; h ^= h >> 15u; h *= 0x846ca68bu;
  return h ^ (h >> 16u);
}

fn uniform_of(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775390625e-08; }

fn view(number: u32) -> f32 { return floats[task.view + number]; }

fn is_far(number: f32) -> bool { return (bitcast<u32>(number) & 0x7fffffffu) >= @ESCAPED@; }

fn image(kind: u32, point: vec4f, word: u32, at: u32) -> vec4f {
  switch kind {
CASES
    default: { return point; }
  }
}

fn started(number: u32) -> Orbit {
  let a = mixed(number ^ mixed(task.seed + 0x9e3779b9u));
  let b = mixed(a + 0x85ebca6bu);
  let x = uniform_of(mixed(b + 1u)) * 2.0 - 1.0;
  let y = uniform_of(mixed(b + 2u)) * 2.0 - 1.0;
  return Orbit(vec4f(x, y, 0.0, uniform_of(mixed(b + 3u))), a, b | 1u, 0, task.xforms);
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
  var high = task.xforms - 1u;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (word > words[row + middle]) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

fn count(point: vec4f, bucket: u32, xform: u32, word: u32) {
  let place = (bucket - task.first_bucket) * 4u;
  let last = f32(task.colors - 1u);
  var c = point.w;
  let phase = view(@PHASE@);
  if (phase != 0.0) { c = c + phase; c = c - floor(c); }
  let light = palette[u32(clamp(c, 0.0, 1.0) * last + 0.5)] * floats[task.opacities + xform] * @UNIT@;
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
  _ = &blockers;  // an argument of every lens
  let number = place.x + task.first_orbit;
  if (number >= task.orbits) { return; }
  var orbit = orbits[number];
  if (task.begin == 1u) { orbit = started(number); }
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
    var moved = image(words[part], orbit.point, word, words[part + 1u]);
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
        for (var f = 0u; f < task.finals; f++) {
          let last = task.parts + 2u * (task.xforms + f);
          shown = image(words[last], shown, seen_word, words[last + 1u]);
        }
        let bucket = place_of(&shown, seen_word);
        if (bucket >= task.first_bucket && bucket - task.first_bucket < task.buckets) {
          count(shown, bucket, k, seen_word);
        }
      }
    }
  }
  orbits[number] = orbit;
  if (unseen > 0u) { atomicAdd(&hidden[0], unseen); }
}
"""

_PLACES = """
fn bucket_at(column: f32, row: f32, columns: f32, rows: f32) -> u32 {
  // By their bits: a number below 0, an infinite one and one that is none are all large as whole numbers.
  if (bitcast<u32>(column + 0.0) >= bitcast<u32>(columns) || bitcast<u32>(row + 0.0) >= bitcast<u32>(rows)) {
    return NOWHERE;
  }
  return u32(row) * u32(columns) + u32(column);
}
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
