"""Which parameters are recorded together: by module, by glob patterns, or by a function."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping

from ..errors import BloomError

Groups = str | Iterable[str] | Mapping[str, str | Iterable[str]] | Callable[[str], str | None] | None


_WRAPPERS = ("_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module.")
"""What torch.compile, activation checkpointing and FullyShardedDataParallel add to names."""


def clean_name(name: str) -> str:
    """A parameter's name without what torch.compile and the parallel wrappers add to it."""
    for wrapper in _WRAPPERS:
        name = name.replace(wrapper, "")
    return name.removeprefix("module.")


def module_of(parameter_name: str) -> str:
    """The module that owns a parameter: ``"encoder.rnn"`` for ``"encoder.rnn.weight"``, with ``/`` too."""
    cut = max(parameter_name.rfind("."), parameter_name.rfind("/"))
    return parameter_name[:cut] if cut > 0 else parameter_name


def grouping(groups: Groups) -> Callable[[str], str | None]:
    """The function from a parameter's name to its group's; None for a parameter that is not recorded.

    Parameters
    ----------
    groups : optional
        ``None``: by module. Patterns such as ``["*.attn.*", "*.mlp.*"]``: a group for each. A mapping from
        groups to one or more patterns; a star in the group's name takes what the star at that place in the
        pattern stood for, so that ``{"block *": "h.*.*"}`` makes one group for each block. The first
        pattern that fits counts, and what fits none is left out. A function is taken as it is.

    Raises
    ------
    BloomError
        If it is none of these.
    """
    if groups is None:
        return module_of
    if callable(groups):
        return groups
    wrong = BloomError(
        f"groups={groups!r} is not possible: give patterns, or a mapping from names to patterns."
    )
    if isinstance(groups, str):
        groups = [groups]
    if not isinstance(groups, Iterable):
        raise wrong
    named = groups.items() if isinstance(groups, Mapping) else [(pattern, pattern) for pattern in groups]
    rules: list[tuple[str, re.Pattern]] = []
    for name, patterns in named:
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            if not (isinstance(name, str) and isinstance(pattern, str) and name):
                raise wrong
            rules.append((name, _compile(pattern)))
    keep_stars = not isinstance(groups, Mapping)

    def group_of(parameter_name: str) -> str | None:
        for name, pattern in rules:
            match = pattern.fullmatch(parameter_name)
            if match:
                return name if keep_stars else _fill(name, match.groups())
        return None

    return group_of


def _compile(pattern: str) -> re.Pattern:
    """A glob pattern as a regular expression in which every star is a group, each as short as it can be."""
    between = [
        fnmatch.translate(piece).removeprefix("(?s:").removesuffix(r")\Z").removesuffix(r")\z")
        for piece in pattern.split("*")
    ]
    return re.compile("(.*?)".join(between), re.DOTALL)


def _fill(name: str, stars: tuple[str, ...]) -> str:
    """The name with its stars replaced, one after the other; a star too many stays."""
    first, *others = name.split("*")
    fillings = [*stars, *"*" * len(others)]
    return first + "".join(filling + piece for filling, piece in zip(fillings, others, strict=False))
