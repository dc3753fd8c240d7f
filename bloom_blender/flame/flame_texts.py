"""The text of a file of flames, cut into that of each flame, before any of it is parsed.

A pack of thousands of flames is so opened at once, each flame is parsed when it is asked for, and one that is
damaged does not take the others along.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(r"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.-]{1,40})["']""")

_WINDOWS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or bytes([byte]).decode("latin-1")
    for byte in range(128, 256)
}
"""What stands for a byte that is not UTF-8 (a lone surrogate, see ``surrogateescape``): that of cp1252."""


def decoded(data: bytes) -> str:
    """The text of a file; LookupError or UnicodeError where its declared encoding cannot be read.

    Without a declaration it is UTF-8, and bytes that are not are those of Windows' western code page:
    programs on Windows wrote names as they were.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _from_utf8(data[len(mark) :]) if encoding == "utf-8" else data[2:].decode(encoding)
    if data[:4] in (b"<\0?\0", b"<\0f\0"):
        return data.decode("utf-16-le")
    if data[:4] in (b"\0<\0?", b"\0<\0f"):
        return data.decode("utf-16-be")
    declared = _DECLARED.match(data[:400].decode("latin-1"))
    name = codecs.lookup(declared[1]).name if declared else "utf-8"
    # A declared UTF-16 that begins like this one has been saved as something else.
    return _from_utf8(data) if name == "utf-8" or name.startswith("utf-16") else data.decode(name)


def _from_utf8(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    return text if text.isascii() else text.translate(_WINDOWS)


@dataclass
class _Element:
    """A <flame>, or an <edit>, which holds flames that do not belong to the file."""

    tag: str
    start: int
    end: int = -1
    children: list[_Element] = field(default_factory=list)


_TOKEN = re.compile(r"<!--|<!\[CDATA\[|<(flame|edit)(?=[\s/>])[^<>]*>?|</(flame|edit)\s*>")
_SKIPPED = {"<!--": "-->", "<![CDATA[": "]]>"}


def flame_spans(text: str) -> list[tuple[int, int]]:
    """Where each flame of a text begins and ends, in order.

    Flames within a flame, which flam3 and Apophysis keep as a record of how it was made, are part of it.
    Where a flame is not closed, it ends where the next one begins.
    """
    top = _Element("", 0)
    opened = [top]
    at = 0
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        if token[0] in _SKIPPED:
            end = text.find(_SKIPPED[token[0]], at)
            at = end + 3 if end >= 0 else len(text)
        elif token[1]:
            element = _Element(token[1], token.start())
            opened[-1].children.append(element)
            if token[0].endswith("/>"):
                element.end = at
            else:
                opened.append(element)
        else:
            _close(opened, token[2], at)
    spans: list[tuple[int, int]] = []
    waiting = top.children[::-1]
    while waiting:
        element = waiting.pop()
        if element.tag == "flame":
            end = element.end
            if end < 0:
                following = element.children or waiting[-1:]
                end = following[0].start if following else len(text)
            spans.append((element.start, end))
        if element.tag != "flame" or element.end < 0:
            waiting += element.children[::-1]
    return spans


def _close(opened: list[_Element], tag: str, end: int) -> None:
    """Close the innermost element of a tag, and those within it that were left open."""
    # Only a few levels are looked at: real files have three, and a search of all of them takes for ever on
    # texts that open a million.
    for depth in range(len(opened) - 1, max(len(opened) - 9, 0), -1):
        if opened[depth].tag == tag:
            opened[depth].end = end
            del opened[depth:]
            return


_BARE_AND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_NAMED = re.compile(r"""(\s(?:name|nick|url)=")([^\n]{0,2000}?)("(?=\s+[\w:.-]+\s*=\s*"|\s*/?>))""")
_FORBIDDEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def mended(text: str) -> str:
    """An element's text with what its writer should have escaped.

    Apophysis writes names as they are: with ``&``, ``<``, quotes, and characters that XML forbids.
    """
    text = _FORBIDDEN.sub("", text)
    text = _BARE_AND.sub("&amp;", text)
    return _NAMED.sub(lambda found: found[1] + _escaped(found[2]) + found[3], text)


def _escaped(name: str) -> str:
    return name.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
