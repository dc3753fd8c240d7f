"""Bring the count and the lists in ``docs/variations.md`` up to date.

Run it after adding a variation, with any Python that has numpy: ``python tools/list_variations.py``. A test
holds the page to what this makes of it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "variations.md"
sys.path.insert(0, str(ROOT))

from bloom_blender.flame.variations import VARIATIONS, registry  # noqa: E402

SUM = {"ax", "ay", "az", "sumx", "sumy", "sumz"}


def marks(entry: registry.Entry) -> str:
    """Small letters that say what a variation does besides mapping the plane."""
    letters = {
        "ᵘ": entry.randoms > 0,
        "ᶻ": entry.three_d,
        "ᶜ": entry.colors,
        "ˢ": bool(entry.clears or SUM & set(entry.arguments)),
    }
    return "".join(f" {letter}" for letter, holds in letters.items() if holds)


def table() -> str:
    """A row for each file: what it is about and the names in it."""
    files: dict[str, list[registry.Entry]] = {}
    for entry in VARIATIONS.values():
        files.setdefault(entry.function.__module__, []).append(entry)
    rows = ["| File | About | Names |", "|---|---|---|"]
    for module, entries in sorted(files.items()):
        about = re.split(r"[:;]|\.(?=\s|$)", (sys.modules[module].__doc__ or "").splitlines()[0])[0]
        names = ", ".join(
            entry.name + marks(entry) for entry in sorted(entries, key=lambda entry: entry.name.lower())
        )
        rows.append(f"| `{module.rpartition('.')[2]}.py` | {about} | {names} |")
    return "\n".join(rows)


def other_forms() -> str:
    """What other programs' formulas differ, by program."""
    lines = []
    for compatibility in registry.COMPATIBILITIES[1:]:
        names = sorted(
            (name for name, entry in VARIATIONS.items() if registry.lookup(name, compatibility) is not entry),
            key=str.lower,
        )
        lines.append(f"- `{compatibility}` ({len(names)}): {', '.join(names)}")
    return "\n".join(lines)


def brought_up_to_date(page: str) -> str:
    """The page with the count, the forms and the table of now, each between its marks."""
    page = re.sub(r"Bloom knows \d+ variations", f"Bloom knows {len(VARIATIONS)} variations", page)
    for name, text in (("forms", other_forms()), ("names", table())):
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- end of {name} -->)"
        page, found = re.subn(pattern, lambda match, text=text: match[1] + text + match[2], page, flags=re.S)
        if found != 1:
            raise SystemExit(f"{PAGE.name} has no place for its {name}.")
    return page


if __name__ == "__main__":
    PAGE.write_text(brought_up_to_date(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
