"""Change the code in small ways, one at a time, and see whether the tests notice.

    python tools/mutate.py bloom_blender/garden/interest.py tests/garden     a module, and the tests to run
    python tools/mutate.py --count 40 --seed 7 bloom_blender/flame/color.py tests/flame/test_color.py
    python tools/mutate.py --list bloom_blender/garden/interest.py           only name the changes

To be run now and then, with the Python of an environment that has pytest, as in `.venv/blender-5.3`. A copy
of the repository is changed, never the repository. Each change is one of `OPERATORS`, applied to one place in
the syntax tree of the module. The tests run with ``-x``; a change is killed if they fail or take ten times
as long as without it. One that survives is a place that no test looks at, or a change that makes no
difference; which of them it is a reader has to decide. Exits with 1 if any survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What tests need of the repository.
COPIED = (
    "bloom_blender", "operators", "panels", "tests", "tools", "examples", "docs", "farm", "benchmarks",
    "__init__.py", "blender_manifest.toml", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE",
    "mkdocs.yml",
)  # fmt: skip
#: Seconds that the tests may take beyond ten times their time without a change.
GRACE = 10.0

_BINARY: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip
_COMPARISON: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def _arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _BINARY:
        changed = copy.deepcopy(node)
        changed.op = _BINARY[type(node.op)]()
        yield changed


def _factors(node: ast.AST) -> Iterator[ast.AST]:
    """A product or sum without one of its two sides."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add)):
        yield copy.deepcopy(node.left)
        yield copy.deepcopy(node.right)


def _comparisons(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            changed = copy.deepcopy(node)
            changed.ops[place] = _COMPARISON[type(operator)]()
            yield changed


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    """`and` and `or` exchanged, `not` dropped, a test of an `if` that is always true or always false."""
    if isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield copy.deepcopy(node.operand)
    if isinstance(node, (ast.If, ast.IfExp)):
        for value in (True, False):
            branch = copy.deepcopy(node)
            branch.test = ast.Constant(value)
            yield branch


def _numbers(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
        if value not in (0, 1):
            yield ast.Constant(value * 2)


def _returns(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    """A statement that only calls something, left out."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


OPERATORS = {
    "arithmetic": _arithmetic,
    "factor": _factors,
    "comparison": _comparisons,
    "condition": _conditions,
    "number": _numbers,
    "return": _returns,
    "call": _calls,
}


@dataclass(frozen=True)
class Mutation:
    """A changed module."""

    line: int
    operator: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        start = len(os.path.commonprefix([before, after]))  # noqa: RUF071 - of characters
        if start > 30:  # only what is around the difference
            before, after = "..." + before[start - 20 :], "..." + after[start - 20 :]
        return f"line {self.line}, {self.operator}: {_short(before)}  ->  {_short(after)}"


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """(parent, field, index, node) of every expression and statement, types and docstrings left out."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns"):
                continue
            if isinstance(value, ast.AST):
                yield parent, field, None, value
            elif isinstance(value, list):
                for index, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield parent, field, index, node


def _without_types(tree: ast.AST) -> set[int]:
    """Identities of the nodes within annotations, which no test can notice."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            part = getattr(node, field, None)
            if isinstance(part, ast.AST):
                found.update(id(inner) for inner in ast.walk(part))
    return found


def mutations(source: str) -> list[Mutation]:
    """Every change of a module's text, in the order of its lines."""
    tree = ast.parse(source)
    ignored = _without_types(tree)
    found = []
    for parent, field, index, node in list(_places(tree)):
        if id(node) in ignored:
            continue
        for name, operator in OPERATORS.items():
            for changed in operator(node):
                ast.copy_location(changed, node)
                _put(parent, field, index, changed)
                text = ast.unparse(ast.fix_missing_locations(tree))
                _put(parent, field, index, node)
                before, after = ast.unparse(node), ast.unparse(changed)
                if before != after:
                    found.append(Mutation(getattr(node, "lineno", 0), name, before, after, text))
    return sorted(found, key=lambda mutation: (mutation.line, mutation.operator, mutation.after))


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _run(folder: Path, tests: list[str], seconds: float | None) -> tuple[bool, float, str]:
    """Whether the tests pass in the copy, how long they took, and the end of what they said."""
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    start = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environ, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, time.monotonic() - start, "took too long"
    return done.returncode == 0, time.monotonic() - start, done.stdout[-2000:]


def survivors(module: str, tests: list[str], chosen: list[Mutation], root: Path = ROOT) -> list[Mutation]:
    """Those of the changes of a module with which its tests still pass.

    Raises
    ------
    RuntimeError : the tests do not pass without a change.
    """
    left = []
    with tempfile.TemporaryDirectory(prefix="bloom-mutate-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        for name in COPIED:
            source = root / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, folder / name)
        target = folder / module
        original = target.read_text(encoding="utf-8")
        passed, seconds, said = _run(folder, tests, None)
        if not passed:
            raise RuntimeError(f"the tests do not pass as it is:\n{said}")
        for number, mutation in enumerate(chosen, 1):
            target.write_text(mutation.source, encoding="utf-8")
            passed, _, _ = _run(folder, tests, 10.0 * seconds + GRACE)
            print(f"{number}/{len(chosen)} {'SURVIVED' if passed else 'killed'}  {mutation}", flush=True)
            if passed:
                left.append(mutation)
        target.write_text(original, encoding="utf-8")
    return left


def main(argv: list[str] | None = None) -> int:
    """Try changes; 0 when the tests noticed each of them."""
    parser = argparse.ArgumentParser(description="Change a module and see whether its tests notice.")
    parser.add_argument("module", help="a file, from the root of the repository")
    parser.add_argument("tests", nargs="*", help="what pytest is to run")
    parser.add_argument("--count", type=int, default=20, help="how many changes, chosen by chance; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="of the choice")
    parser.add_argument("--lines", metavar="A-B", help="only changes of these lines")
    parser.add_argument("--list", action="store_true", help="name the changes and run nothing")
    arguments = parser.parse_args(argv)
    found = mutations((ROOT / arguments.module).read_text(encoding="utf-8"))
    if arguments.lines:
        first, _, last = arguments.lines.partition("-")
        found = [mutation for mutation in found if int(first) <= mutation.line <= int(last or first)]
    if 0 < arguments.count < len(found):
        chosen = random.Random(arguments.seed).sample(range(len(found)), arguments.count)
        found = [found[place] for place in sorted(chosen)]
    if arguments.list:
        print("\n".join(map(str, found)))
        return 0
    if not arguments.tests:
        parser.error("name the tests that are to notice, such as tests/garden")
    left = survivors(arguments.module, arguments.tests, found)
    print(f"{len(found) - len(left)} of {len(found)} were killed")
    for mutation in left:
        print(f"SURVIVED  {arguments.module}, {mutation}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
