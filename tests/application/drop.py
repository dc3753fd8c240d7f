"""Drag a file from another program onto a window: the source's half of the XDND protocol.

After https://www.freedesktop.org/wiki/Specifications/XDND/ (version 5): the source tells the window under
the pointer what it carries, follows the pointer, drops, and hands the list of files over as the selection
``XdndSelection``. A file manager does just this.
"""

from __future__ import annotations

import time
from pathlib import Path

VERSION = 5
SECONDS = 20


def drop_file(display_name: str, path: Path, x: int, y: int) -> bool:
    """Drop a file at a place of the screen; whether the window there took it.

    Raises
    ------
    ImportError : python-xlib is not installed.
    LookupError : no window at that place takes drops.
    """
    from Xlib import X, Xatom, display
    from Xlib.protocol import event

    screen = display.Display(display_name)
    try:
        atom = screen.intern_atom
        root = screen.screen().root
        root.warp_pointer(x, y)
        source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)
        source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
        target = _target(screen, x, y)

        def tell(kind: str, *data: int) -> None:
            values = [source.id, *data]
            values += [0] * (5 - len(values))
            target.send_event(
                event.ClientMessage(window=target, client_type=atom(kind), data=(32, values)), event_mask=0
            )
            screen.flush()

        def serve(until: str) -> list[int]:
            """Answer requests for the files until the target says something; what it says."""
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                if not screen.pending_events():
                    time.sleep(0.02)
                    continue
                got = screen.next_event()
                if got.type == X.SelectionRequest:
                    text = f"{path.resolve().as_uri()}\r\n".encode()
                    kind = atom("text/uri-list")
                    if got.target == atom("TARGETS"):
                        got.requestor.change_property(got.property, Xatom.ATOM, 32, [kind])
                    else:
                        got.requestor.change_property(got.property, kind, 8, text)
                    reply = event.SelectionNotify(
                        time=got.time,
                        requestor=got.requestor,
                        selection=got.selection,
                        target=got.target,
                        property=got.property,
                    )
                    got.requestor.send_event(reply)
                    screen.flush()
                elif got.type == X.ClientMessage and got.client_type == atom(until):
                    return list(got.data[1])
            return []

        tell("XdndEnter", VERSION << 24, atom("text/uri-list"))
        for step in (-8, -4, 0):  # a hand never comes out of nowhere
            tell("XdndPosition", 0, (x + step) << 16 | (y + step), X.CurrentTime, atom("XdndActionCopy"))
            answer = serve("XdndStatus")
        if not answer or not answer[1] & 1:
            tell("XdndLeave")
            return False
        tell("XdndDrop", 0, X.CurrentTime)
        return bool(serve("XdndFinished"))
    finally:
        screen.close()


def _target(screen, x: int, y: int):
    """The innermost window at a place that takes drops."""
    from Xlib import Xatom

    aware = screen.intern_atom("XdndAware")
    root = screen.screen().root
    window, found = root, None
    while window:
        if window.get_full_property(aware, Xatom.ATOM) is not None:
            found = window
        window = window.translate_coords(root, x, y).child
    if found is None:
        raise LookupError(f"no window at {x}, {y} takes drops")
    return found
