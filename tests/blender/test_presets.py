"""Thumbnails of the shipped flames."""

from __future__ import annotations

import importlib

import pytest

pytestmark = pytest.mark.usefixtures("bloom")


def test_every_shipped_flame_has_an_icon(bloom, extension):
    thumbnails = importlib.import_module(f"{extension.__name__}.operators.thumbnails")
    names = list(bloom.presets.presets())
    assert len(names) >= 12
    for name in names:
        thumbnails.icon(name)  # a number of 0 in background mode, which has no icons
        preview = thumbnails._previews[str(bloom.presets.thumbnail(name))]
        assert tuple(preview.image_size) == (128, 128), name
    assert len(thumbnails._previews) == len(names)
    assert thumbnails.icon("no_such_flame") == 0
    thumbnails.forget()
    thumbnails.forget()
    thumbnails.icon(names[0])
    assert len(thumbnails._previews) == 1, "read again after they were dropped"


def test_nothing_is_read_before_a_menu_asks(extension):
    thumbnails = importlib.import_module(f"{extension.__name__}.operators.thumbnails")
    thumbnails.forget()
    extension.unregister()
    extension.register()
    assert thumbnails._previews is None
