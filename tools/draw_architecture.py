"""How the data of a frame flow, as a picture that is drawn from the code: docs/frame.svg.

    python3 tools/draw_architecture.py            write the picture
    python3 tools/draw_architecture.py --check    say whether its functions, arrows and types are current

Where the boxes stand is written down here. What is in them comes from the code: an arrow leads from a
function to each that its body names, with the type that comes back; the words are the first sentence of
the docstring; the color says whether the function's module knows Blender. Needs the standard library only.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "bloom_blender"
PICTURE = ROOT / "docs" / "frame.svg"

#: Column and row of each function, by module and name.
PLACES = {
    "scene.playback.handlers.on_frame_change": (0, 0),
    "scene.playback.handlers.update": (0, 1),
    "scene.flame.snapshot.read": (1, 1),
    "scene.playback.handlers.show": (0, 2),
    "scene.playback.handlers._show_points": (0, 3),
    "scene.points.chaos_game.compute": (0, 4),
    "scene.points.chaos_game.velocities": (1, 4),
    "scene.points.cloud.write_cloud": (1, 3),
    "scene.volume.volume_object.refresh": (2, 3),
    "scene.volume.volume_object.compute": (2, 4),
    "scene.volume.vdb.write": (2, 2),
    "chaos.points.compute_points": (0, 5),
    "chaos.points.play": (1, 5),
    "chaos.voxels.compute_volume": (2, 5),
    "scene.engine.render_engine.BloomRenderEngine.render": (3, 0),
    "scene.engine.render_engine.BloomRenderEngine._render": (3, 1),
    "scene.engine.render_engine.BloomRenderEngine._read": (3, 2),
    "scene.engine.shots.shots_of": (3, 3),
    "scene.engine.holdout.blockers_of": (3, 4),
    "scene.engine.camera_views.camera_view": (3, 5),
    "scene.engine.render_engine.BloomRenderEngine._hand_over": (4, 0),
    "develop.exposure.render_frame": (4, 1),
    "develop.exposure._exposed": (4, 2),
    "develop.exposure.Exposure": (4, 3),
    "chaos.histogram.Histogram": (4, 4),
    "develop.exposure.picture": (4, 5),
}
#: Calls that are not on the way of the data: one that only finds out between which depths a flame lies.
LEFT_OUT = {("develop.exposure.Exposure", "chaos.points.compute_points")}
WIDTH, HEIGHT = 232, 84  # of a box
ACROSS, DOWN = 338, 146  # from box to box
MARGIN = 28
TOP = 78
_WORDS = 10.5  # size of the sentences
EDGE, PURE = "#f6d7b0", "#c9e4d2"


@dataclass(frozen=True)
class Step:
    """A function on the way of a frame."""

    module: str
    name: str
    words: str
    gives: str
    knows_blender: bool
    calls: frozenset[str]


@cache
def tree_of(module: str) -> ast.Module:
    """A module of the package, parsed."""
    return ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))


def imports_of(module: str) -> dict[str, str]:
    """What names mean in a module that it imports from the package: dotted names below the package."""
    found = {}
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = module.split(".")[: -node.level] if node.level <= module.count(".") + 1 else []
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                found[alias.asname or alias.name] = ".".join([*base, alias.name])
    return found


def definition(module: str, name: str) -> ast.FunctionDef | ast.ClassDef:
    """The function, class or method of a name in a module.

    Raises
    ------
    KeyError
        If there is none.
    """
    body = tree_of(module).body
    node = None
    for part in name.split("."):
        kinds = (ast.FunctionDef, ast.ClassDef)
        node = next((item for item in body if isinstance(item, kinds) and item.name == part), None)
        if node is None:
            raise KeyError(f"{module}.{name} is not there any more: correct PLACES in {Path(__file__).name}")
        body = node.body
    assert node is not None
    return node


def names_in(module: str, name: str, passed: tuple[str, ...]) -> set[str]:
    """All that a function's body names; of its own module also what is named by helpers without a place."""
    meanings, owner = imports_of(module), name.rpartition(".")[0] or name
    found = set()
    for item in ast.walk(definition(module, name)):
        if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name):
            if item.value.id == "self":
                found.add(f"{module}.{owner}.{item.attr}")
            elif item.value.id in meanings:
                found.add(f"{meanings[item.value.id]}.{item.attr}")
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            found.add(meanings.get(item.id, f"{module}.{item.id}"))
    for target in sorted(found - set(PLACES) - set(passed)):
        helper = target.removeprefix(f"{module}.")
        if helper != target and helper != name:
            try:
                found |= names_in(module, helper, (*passed, target, f"{module}.{name}"))
            except KeyError:
                continue  # a local name or a constant
    return found


def step(place: str) -> Step:
    """What the code says of a function."""
    parts = place.split(".")
    count = next(n for n in range(len(parts), 0, -1) if (PACKAGE / ("/".join(parts[:n]) + ".py")).is_file())
    module, name = ".".join(parts[:count]), ".".join(parts[count:])
    node = definition(module, name)
    words = (ast.get_docstring(node) or "").partition("\n\n")[0]
    gives = ast.unparse(node.returns) if isinstance(node, ast.FunctionDef) and node.returns else ""
    text = ast.unparse(tree_of(module))
    return Step(
        module=module,
        name=name,
        words=re.split(r"(?<=\w)[.;:] ", " ".join(words.split()).replace("`", ""))[0].rstrip("."),
        gives=""
        if gives in ("None", "bool")
        else gives.replace(" | None", "").replace("np.ndarray", "array"),
        knows_blender=re.search(r"^import bpy", text, re.MULTILINE) is not None,
        calls=frozenset(names_in(module, name, ())),
    )


def draw() -> str:
    """The picture as SVG."""
    steps = {place: step(place) for place in PLACES}
    columns, rows = (max(place[axis] for place in PLACES.values()) + 1 for axis in (0, 1))
    size = (3 * MARGIN + (columns - 1) * ACROSS + WIDTH, TOP + MARGIN + (rows - 1) * DOWN + HEIGHT)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
        'font-family="DejaVu Sans, Verdana, sans-serif">',
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>',
        f'<rect width="{size[0]}" height="{size[1]}" fill="#fff"/>',
        *_text(MARGIN, 30, "A frame changes: points and volume", size=17, weight="bold"),
        *_text(MARGIN + 3 * ACROSS, 30, "A picture is rendered: the engine Bloom", size=17, weight="bold"),
        *_key(MARGIN, 46, EDGE, "knows Blender"),
        *_key(MARGIN + 150, 46, PURE, "does not: values in, values out"),
    ]
    labels = []
    for place, one in steps.items():
        for target in PLACES:
            if target != place and target in one.calls and (place, target) not in LEFT_OUT:
                line, label = _arrow(PLACES[place], PLACES[target], steps[target].gives)
                parts.append(line)
                labels += label
    for place, one in steps.items():
        parts += _box(PLACES[place], one)
    return "\n".join([*parts, *labels, "</svg>"]) + "\n"


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + place[0] * ACROSS, TOP + place[1] * DOWN


def _box(place: tuple[int, int], one: Step) -> list[str]:
    x, y = _corner(place)
    color = EDGE if one.knows_blender else PURE
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="7" fill="{color}" stroke="#555"/>',
        *_text(x + 9, y + 17, one.module, size=10, fill="#555"),
        *_text(x + 9, y + 34, one.name.rpartition(".")[2], size=14, weight="bold"),
    ]
    lines = textwrap.wrap(one.words, 40)
    if len(lines) > 3:
        lines = [*lines[:2], f"{lines[2]} …"]
    for number, line in enumerate(lines):
        parts += _text(x + 9, y + 50 + 13 * number, line, size=_WORDS)
    return parts


def _arrow(start: tuple[int, int], end: tuple[int, int], gives: str) -> tuple[str, list[str]]:
    """A line from one box to another, and the type that comes back."""
    (x0, y0), (x1, y1) = _corner(start), _corner(end)
    across, down = end[0] - start[0], end[1] - start[1]
    if across == 0 and abs(down) == 1:
        x, a, b = x0 + WIDTH / 2, y0 + (HEIGHT if down > 0 else 0), y1 + (0 if down > 0 else HEIGHT)
        points, middle = [(x, a), (x, b)], (x + 7, (a + b) / 2 + 4)
    elif across == 0:  # past the boxes between
        x, a, b = x0 + WIDTH, y0 + HEIGHT * (1.0 - 0.15 * down), y1 + HEIGHT * 0.3
        out = 12 + 12 * (abs(down) - 1)
        points, middle = [(x, a), (x + out, a), (x + out, b), (x, b)], (x + 6, b + 16)
    elif down == 0:
        a, b = (x0 + WIDTH, x1) if across > 0 else (x0, x1 + WIDTH)
        y = y0 + HEIGHT / 2
        points, middle = [(a, y), (b, y)], (min(a, b) + 10, y - 7)
    elif abs(across) > 1:  # in the gap between two rows
        gap = y1 - (DOWN - HEIGHT) * 0.65
        a, b = x0 + WIDTH * 0.8, x1 + WIDTH * 0.2
        points, middle = [(a, y0 + HEIGHT), (a, gap), (b, gap), (b, y1)], (b + 5, gap - 6)
    else:
        a, b = (x0 + WIDTH, x1) if across > 0 else (x0, x1 + WIDTH)
        ya, yb = y0 + HEIGHT * (0.8 if down > 0 else 0.2), y1 + HEIGHT * (0.2 if down > 0 else 0.8)
        bend = a + (b - a) * 0.3
        points, middle = [(a, ya), (bend, ya), (bend, yb), (b, yb)], (bend + 5, yb - 7)
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    line = f'<path d="{path}" fill="none" stroke="#555" stroke-width="1.4" marker-end="url(#head)"/>'
    return line, _text(*middle, gives, size=10, fill="#a03", halo=True) if gives else []


def _key(x: float, y: float, color: str, words: str) -> list[str]:
    box = f'<rect x="{x}" y="{y}" width="14" height="14" rx="3" fill="{color}" stroke="#555"/>'
    return [box, *_text(x + 20, y + 12, words, size=11)]


def _text(
    x: float, y: float, words: str, *, size: float, weight: str = "", fill: str = "#222", halo: bool = False
) -> list[str]:
    extra = f' font-weight="{weight}"' if weight else ""
    if halo:
        extra += ' stroke="#fff" stroke-width="4" paint-order="stroke"'
    return [f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}"{extra}>{escape(words)}</text>']


def _without_words(picture: str) -> str:
    """A picture without the sentences in its boxes, whose wording may change at any time."""
    return re.sub(rf'<text [^>]*font-size="{_WORDS}"[^>]*>[^<]*</text>\n', "", picture)


def main(arguments: list[str]) -> int:
    """Write the picture, or compare it."""
    picture = draw()
    if "--check" in arguments:
        before = PICTURE.read_text(encoding="utf-8") if PICTURE.is_file() else ""
        current = _without_words(before) == _without_words(picture)
        print(f"{PICTURE.name} is {'current' if current else 'old: run tools/draw_architecture.py'}")
        return 0 if current else 1
    PICTURE.write_text(picture, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
