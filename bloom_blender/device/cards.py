"""Graphics cards of this machine, and the one way to work with one.

``wgpu`` is imported when a card is first asked for. Whatever it raises becomes a `CardError`, on which
callers go on with the processor.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import BloomError

#: How to get the library, for messages.
INSTALL = '`pip install "bloom-blender[gpu]"`'
_KINDS = {
    "DiscreteGPU": "discrete",
    "IntegratedGPU": "integrated",
    "VirtualGPU": "virtual",
    "CPU": "software",
}
_ORDER = ("discrete", "integrated", "virtual", "unknown", "software")
#: Most buffers that a program of ours has at once, and the size of a workgroup: what every card offers.
_LIMITS = ("max-buffer-size", "max-storage-buffer-binding-size")
#: How lines of the library's messages begin that say nothing by themselves.
_IDLE = ("Validation Error", "Caused by:", "In ")


class CardError(BloomError):
    """A graphics card cannot do the work; the processor can."""


@dataclass(frozen=True)
class Card:
    """A graphics card with its driver.

    Attributes
    ----------
    name
        As the driver says it.
    kind
        ``"discrete"``, ``"integrated"``, ``"virtual"``, ``"unknown"``, or ``"software"``: a driver that
        computes on the processor, which ours does faster.
    backend
        ``"Vulkan"``, ``"Metal"`` or ``"D3D12"``.
    driver
        Its name and version.
    largest
        Bytes of the largest array that it can have.
    """

    name: str
    kind: str
    backend: str
    driver: str
    largest: int

    @property
    def key(self) -> str:
        """Tells this card with this driver from any other."""
        return f"{self.backend} {self.name} {self.driver}"


def cards() -> tuple[Card, ...]:
    """The cards of this machine, the likeliest first; CardError where they cannot be asked for."""
    return tuple(card for card, _ in _found())


def card_for(device: str) -> Card | None:
    """The card that a choice means; None for the processor.

    Parameters
    ----------
    device
        ``"auto"``: what the environment's ``BLOOM_DEVICE`` says; without it the first card that is not a
        software driver, else the processor. ``"cpu"``. ``"gpu"``: the first of `cards`, of any kind.
        ``"gpu:N"``: number N of them, from 0.

    Raises
    ------
    CardError
        If a card is asked for and is not there.
    BloomError
        If the text means nothing.
    """
    if device == "auto":
        device = os.environ.get("BLOOM_DEVICE") or device
    name, _, number = device.lower().partition(":")
    if name not in ("auto", "cpu", "gpu") or (number and (name != "gpu" or not number.isdecimal())):
        raise BloomError(f"The device is {device!r}: choose auto, cpu, gpu or gpu:0, gpu:1 ...")
    if name == "cpu":
        return None
    if name == "auto":
        try:
            return next((card for card in cards() if card.kind != "software"), None)
        except CardError:
            return None
    found = cards()
    if int(number or 0) >= len(found):
        there = f"there are {len(found)}, from 0" if found else "no driver was found"
        raise CardError(f"There is no graphics card {device}: {there}.")
    return found[int(number or 0)]


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Within it, what the library or the driver raises becomes a `CardError`."""
    try:
        yield
    except (BloomError, KeyboardInterrupt):
        raise
    except Exception as error:  # of many kinds, and none of them ours
        lines = [line.strip() for line in str(error).splitlines()]
        plain = [line for line in lines if line and not line.startswith(_IDLE)]
        reason = plain[0].rstrip(".") if plain else ""
        raise CardError(f"The graphics card failed ({reason or type(error).__name__}).") from error


@functools.cache
def library() -> Any:
    """The module ``wgpu``; CardError where it is not installed."""
    try:
        import wgpu
        import wgpu.backends.wgpu_native
        from wgpu.backends.wgpu_native.extras import set_instance_extras
    except ImportError:
        raise CardError(f"Graphics cards need wgpu: {INSTALL}.") from None
    except Exception as error:  # a library that does not fit the system
        raise CardError(f"wgpu cannot be loaded ({error}).") from None
    with contextlib.suppress(Exception):  # OpenGL, which it would ask too, has no use here and says much
        set_instance_extras(backends=["Vulkan", "Metal", "DX12"])
    return wgpu


@functools.cache
def _found() -> tuple[tuple[Card, Any], ...]:
    wgpu = library()
    with told():
        adapters = wgpu.gpu.enumerate_adapters_sync()
        found = []
        for adapter in adapters:
            info = adapter.info
            if info["backend_type"] not in ("Vulkan", "Metal", "D3D12"):
                continue
            card = Card(
                name=str(info["device"] or info["description"]),
                kind=_KINDS.get(info["adapter_type"], "unknown"),
                backend=info["backend_type"],
                driver=" ".join(str(info[part]) for part in ("vendor", "description") if info[part]),
                largest=min(int(adapter.limits[name]) for name in _LIMITS),
            )
            found.append((card, adapter))
    return tuple(sorted(found, key=lambda pair: _ORDER.index(pair[0].kind)))


class Device:
    """A card that is ready to work; programs that were compiled stay with it."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.wgpu = library()
        adapter = next(adapter for one, adapter in _found() if one == card)
        with told():
            self.device = adapter.request_device_sync(
                required_limits={name: int(adapter.limits[name]) for name in _LIMITS}
            )
        self.paces: dict[str, int] = {}
        """Points of a dispatch of the right length, by the shader's text."""
        self._pipelines: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def pipeline(self, source: str, entry: str) -> Any:
        """The program of a shader, compiled when it is first asked for."""
        with self._lock, told():
            if (source, entry) not in self._pipelines:
                module = self.device.create_shader_module(code=source)
                self._pipelines[source, entry] = self.device.create_compute_pipeline(
                    layout="auto", compute={"module": module, "entry_point": entry}
                )
            return self._pipelines[source, entry]

    @property
    def compiled(self) -> int:
        """How many programs have been compiled."""
        return len(self._pipelines)

    def buffer(self, data: Any) -> Any:
        """An array on the card: a copy of one of numpy, or zeros for a number of bytes."""
        usage = self.wgpu.BufferUsage
        flags = usage.STORAGE | usage.COPY_SRC | usage.COPY_DST
        with told():
            if isinstance(data, int):
                return self.device.create_buffer(size=max(data, 16), usage=flags)
            return self.device.create_buffer_with_data(data=data, usage=flags)

    def numbers(self, size: int) -> Any:
        """A small array of numbers that a program reads, to be written before each run."""
        usage = self.wgpu.BufferUsage
        with told():
            return self.device.create_buffer(size=size, usage=usage.UNIFORM | usage.COPY_DST)

    def bind(self, pipeline: Any, buffers: list[Any]) -> Any:
        """The buffers as the arguments of a program, in the order of their numbers."""
        entries = [{"binding": k, "resource": {"buffer": buffer}} for k, buffer in enumerate(buffers)]
        with told():
            return self.device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries)

    def run(self, *work: tuple[Any, Any, tuple[int, int]]) -> None:
        """Run programs one after the other: each with its arguments and how many workgroups."""
        with told():
            encoder = self.device.create_command_encoder()
            for pipeline, bound, groups in work:
                part = encoder.begin_compute_pass()
                part.set_pipeline(pipeline)
                part.set_bind_group(0, bound)
                part.dispatch_workgroups(*groups)
                part.end()
            self.device.queue.submit([encoder.finish()])

    def write(self, buffer: Any, data: Any) -> None:
        """Write an array's beginning."""
        with told():
            self.device.queue.write_buffer(buffer, 0, data)

    def read(self, buffer: Any) -> memoryview:
        """What an array holds when all work so far is done."""
        with told():
            return self.device.queue.read_buffer(buffer)

    def clear(self, buffer: Any) -> None:
        """Let all numbers of an array be 0."""
        with told():
            encoder = self.device.create_command_encoder()
            encoder.clear_buffer(buffer)
            self.device.queue.submit([encoder.finish()])

    def copy(self, source: Any, target: Any) -> None:
        """Copy an array into another of the same size."""
        with told():
            encoder = self.device.create_command_encoder()
            encoder.copy_buffer_to_buffer(source, 0, target, 0, source.size)
            self.device.queue.submit([encoder.finish()])


@functools.cache
def open_card(card: Card) -> Device:
    """The card, ready to work; the same one for all that use it. CardError if it cannot be used."""
    return Device(card)
