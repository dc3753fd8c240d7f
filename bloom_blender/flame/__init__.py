"""What a fractal flame is: model, files, variations, and what of it can be animated."""

from __future__ import annotations

from .variations.evaluate import evaluate_color, evaluate_variation

__all__ = ["evaluate_color", "evaluate_variation"]
