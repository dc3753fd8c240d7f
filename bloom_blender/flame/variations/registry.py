"""Where variations are registered, with everything that a kernel, a file reader or a panel asks of them.

The registry is filled when it is first read, so that a program that only imports it starts quickly.
"""

from __future__ import annotations

import inspect
import keyword
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from ..compatibility import COMPATIBILITIES
from ..model import FORMS, Variation
from .vocabulary import ARGUMENTS, CONSTANTS, EPSILON, FUNCTIONS

KINDS = ("real", "integer", "integer_nonzero", "real_nonzero", "cyclic")
Z_CLASSES = ("0", "wz", "w", "own")
MODES = ("assign", "sum")
MINIMUM_WEIGHT = 1e-6
"""Variations of a smaller absolute weight are absent."""

_TAKEN = ARGUMENTS | FUNCTIONS.keys() | CONSTANTS.keys() | set(keyword.kwlist) | {"range"}


@dataclass(frozen=True)
class P:
    """A parameter of a variation.

    Parameters
    ----------
    name
        Short name: ``power`` for the attribute ``julia3D_power``.
    default
        Value where a file says nothing.
    kind
        ``real``; ``integer`` is rounded; ``integer_nonzero`` and ``real_nonzero`` avoid 0;
        ``cyclic`` wraps into ``minimum..maximum``.
    minimum, maximum
        Limits of what the formula sees.
    soft_minimum, soft_maximum
        Range of a slider; computed from the default where absent.
    description
        What it does, in a few words without a final period.
    aliases
        Whole attribute names that other programs use.
    joint
        What stands in files between the variation's name and `name`: nothing for ``q_ode01``.
    """

    name: str
    default: float
    kind: str = "real"
    minimum: float = -math.inf
    maximum: float = math.inf
    soft_minimum: float | None = None
    soft_maximum: float | None = None
    description: str = ""
    aliases: tuple[str, ...] = ()
    joint: str = "_"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"parameter {self.name}: kind {self.kind!r} is none of {KINDS}")
        if self.kind == "cyclic" and not (math.isfinite(self.minimum) and math.isfinite(self.maximum)):
            raise ValueError(f"parameter {self.name}: a cyclic parameter needs both limits")
        reach = max(2.0, 2.0 * abs(self.default))
        soft = (
            max(self.minimum, -reach if self.soft_minimum is None else self.soft_minimum),
            min(self.maximum, reach if self.soft_maximum is None else self.soft_maximum),
        )
        object.__setattr__(self, "soft_minimum", soft[0])
        object.__setattr__(self, "soft_maximum", soft[1])

    @property
    def argument(self) -> str:
        """Name of the function's argument: `name`, or ``x_`` where ``x`` has a meaning in the vocabulary.

        ``3side`` becomes ``_3side``.
        """
        if not self.name.isidentifier():
            return f"_{self.name}"
        return f"{self.name}_" if self.name in _TAKEN else self.name

    def conform(self, value: float) -> float:
        """`value` as the formula may see it: rounded, wrapped or limited according to `kind`."""
        if self.kind in ("integer", "integer_nonzero"):
            value = math.floor(value + 0.5)
        if self.kind == "cyclic":
            if self.minimum <= value <= self.maximum:
                return float(value)
            return self.minimum + math.fmod(
                math.fmod(value - self.minimum, self.maximum - self.minimum) + self.maximum - self.minimum,
                self.maximum - self.minimum,
            )
        value = min(max(float(value), self.minimum), self.maximum)
        if self.kind == "integer_nonzero" and value == 0.0:
            return 1.0
        if self.kind == "real_nonzero" and abs(value) < EPSILON:
            return math.copysign(EPSILON, value)
        return value


@dataclass(frozen=True)
class Entry:
    """A registered variation.

    Parameters
    ----------
    name
        Canonical spelling, without ``pre_`` or ``post_``.
    function
        The plain function; its source obeys the rules of `vocabulary`.
    arguments
        Names of the function's arguments, in order: those of `vocabulary.ARGUMENTS`, and `P.argument` of
        parameters.
    parameters
        In the order in which files list them.
    z
        What the regular form adds to z: ``"0"`` nothing, ``"wz"`` w * z, ``"w"`` the weight, ``"own"``
        something else. The function returns it in any case.
    mode
        What the pre and post forms do with the result: ``"assign"`` replaces the point by it, ``"sum"``
        adds it to the point.
    keeps
        The axes that an assigning pre or post form leaves as they are: ``"z"`` where `z` is ``"0"``,
        ``"xy"`` for variations of depth alone, otherwise none.
    clears
        The axes of the running sum that the regular form sets to 0 before its result is added. With
        ``"xyz"`` nothing remains of the variations before it.
    last
        Comes last among the regular variations; all others keep the order of the file.
    colors
        The function returns a fourth value, the new colour coordinate; ``dc`` is the one before.
    three_d
        The variation makes or needs depth; old flat flames get a ``flatten`` where none is.
    randoms
        How many of ``u0 … u9`` it needs.
    compatibility
        The program whose formula it is.
    """

    name: str
    function: Callable
    arguments: tuple[str, ...]
    parameters: tuple[P, ...]
    z: str
    mode: str
    keeps: str
    clears: str
    last: bool
    colors: bool
    three_d: bool
    randoms: int
    compatibility: str

    def parameter(self, name: str) -> P:
        """The parameter of that short name; KeyError names it otherwise."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(f"{self.name} has no parameter {name!r}")

    def defaults(self) -> tuple[tuple[str, float], ...]:
        """Pairs of short name and default, as `model.Variation.parameters` wants them."""
        return tuple((parameter.name, float(parameter.default)) for parameter in self.parameters)

    def values(self, given: Variation | Mapping[str, float]) -> tuple[float, ...]:
        """Parameter values for a kernel: in order of `parameters`, defaults filled in, conformed."""
        known = dict(given.parameters) if isinstance(given, Variation) else given
        return tuple(p.conform(known.get(p.name, p.default)) for p in self.parameters)


@cache
def _load_families() -> None:
    from . import families  # noqa: F401  (importing registers)


_Value = TypeVar("_Value")


class Register(Mapping[str, _Value]):
    """A dict that the modules of variations fill. Reading it loads them, so a reader finds it full.

    Attributes
    ----------
    so_far : dict
        What has been registered until now, for the decorators that fill it.
    """

    def __init__(self) -> None:
        self.so_far: dict[str, _Value] = {}

    def _full(self) -> dict[str, _Value]:
        _load_families()
        return self.so_far

    def __getitem__(self, name: str) -> _Value:
        return self._full()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._full()

    def __iter__(self) -> Iterator[str]:
        return iter(self._full())

    def __len__(self) -> int:
        return len(self._full())


VARIATIONS: Register[Entry] = Register()
"""Every variation by canonical name, in its 1.0.0.14 form."""

HELPERS: dict[str, Callable] = {}
"""Every helper function by name; bodies may call them. Full for whoever has an entry."""

_BY_LOWER_NAME: Register[dict[str, Entry]] = Register()
_RANDOM = re.compile(r"u(\d)")


def variation(
    name: str,
    *,
    parameters: tuple[P, ...] = (),
    z: str = "0",
    mode: str = "assign",
    keeps: str | None = None,
    clears: str = "",
    last: bool = False,
    colors: bool = False,
    three_d: bool | None = None,
    compatibility: str = "1.0.0.14",
) -> Callable[[Callable], Callable]:
    """Register the decorated function, which is returned unchanged; see `Entry` for the meaning.

    `keeps` defaults to ``"z"`` where an assigning variation has nothing to say about z, `three_d` to
    whether `z` is ``"w"`` or ``"own"``.
    """
    if z not in Z_CLASSES or mode not in MODES or compatibility not in COMPATIBILITIES:
        raise ValueError(f"variation {name}: z, mode or compatibility is misspelt")

    def register(function: Callable) -> Callable:
        arguments = tuple(inspect.signature(function).parameters)
        stray = set(arguments) - ARGUMENTS - {parameter.argument for parameter in parameters}
        if stray:
            raise ValueError(f"variation {name}: arguments {sorted(stray)} are not known")
        if "dc" in arguments and not colors:
            raise ValueError(f"variation {name}: it reads the colour but does not set it")
        forms = _BY_LOWER_NAME.so_far.setdefault(name.lower(), {})
        if compatibility in forms:
            raise ValueError(f"variation {name}: registered twice for {compatibility}")
        forms[compatibility] = entry = Entry(
            name=name,
            function=function,
            arguments=arguments,
            parameters=tuple(parameters),
            z=z,
            mode=mode,
            keeps=keeps if keeps is not None else ("z" if z == "0" and mode == "assign" else ""),
            clears=clears,
            last=last,
            colors=colors,
            three_d=z in ("w", "own") if three_d is None else three_d,
            randoms=max((int(m[1]) + 1 for a in arguments if (m := _RANDOM.fullmatch(a))), default=0),
            compatibility=compatibility,
        )
        if compatibility == "1.0.0.14":
            VARIATIONS.so_far[name] = entry
        return function

    return register


def helper(function: Callable) -> Callable:
    """Register a function that bodies may call; it is returned unchanged and obeys the same rules."""
    HELPERS[function.__name__] = function
    return function


def lookup(name: str, compatibility: str = "1.0.0.14") -> Entry:
    """The variation of that name in any capitals, as `compatibility` has it.

    Falls back to the 1.0.0.14 form, which most programs share. Raises KeyError with the name.
    """
    forms = _BY_LOWER_NAME.get(name.lower())
    if forms is None:
        raise KeyError(f"no variation is called {name!r}")
    return forms.get(compatibility) or forms["1.0.0.14"]


def parameters_in_files(entry: Entry) -> tuple[tuple[P, bool], ...]:
    """The parameters that a file may have for a variation, and whether one that it lacks gets its default.

    Those of the common form do. What only the form of another program has is kept where a file has it, so
    that a flame may change its compatibility and come back.
    """
    forms = _BY_LOWER_NAME[entry.name.lower()]
    own = {parameter.name: parameter for parameter in entry.parameters}
    found = {p.name: (own.get(p.name, p), True) for p in forms["1.0.0.14"].parameters}
    for form in forms.values():
        for p in form.parameters:
            found.setdefault(p.name, (own.get(p.name, p), False))
    return tuple(found.values())


def split_attribute(attribute: str, compatibility: str = "1.0.0.14") -> tuple[str, Entry] | None:
    """Form and variation of a weight attribute (``pre_blur``), or None if it is not one."""
    for form in FORMS[1:]:
        if attribute.lower().startswith(f"{form}_"):
            rest = attribute[len(form) + 1 :].lower()
            if rest in _BY_LOWER_NAME:
                return form, lookup(rest, compatibility)
    return ("regular", lookup(attribute, compatibility)) if attribute.lower() in _BY_LOWER_NAME else None
