"""A card to test with: any driver will do, a software one (Mesa's lavapipe) too."""

from __future__ import annotations

import pytest

from bloom_blender.device.cards import CardError, cards, open_card


@pytest.fixture(scope="session")
def card():
    """The first card of this machine, ready to work; skips where there is none, and says why."""
    try:
        found = cards()
        if not found:
            pytest.skip("no Vulkan, Metal or DirectX driver (Debian: apt-get install mesa-vulkan-drivers)")
        return open_card(found[0])
    except CardError as problem:
        pytest.skip(str(problem))
