"""The source of a variation as data, in the vocabulary of variations; see ``codegen.language``."""

from __future__ import annotations

from collections.abc import Callable

from ...codegen import language
from ...codegen.language import Vocabulary, body_of, syntax_tree
from .registry import HELPERS
from .vocabulary import CONSTANTS, FUNCTIONS

__all__ = ["VOCABULARY", "array_function", "body_of", "check_source", "syntax_tree"]

VOCABULARY = Vocabulary(FUNCTIONS, CONSTANTS, HELPERS)
"""What the body of a variation may name."""


def check_source(function: Callable) -> tuple[str, ...]:
    """Where a variation or helper breaks the rules of the language; empty if it breaks none."""
    return language.check_source(function, VOCABULARY)


def array_function(function: Callable) -> Callable:
    """A variation or helper in a form whose arguments may be arrays."""
    return language.array_function(function, VOCABULARY)
