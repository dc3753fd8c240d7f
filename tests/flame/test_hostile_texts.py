"""Texts that are made to do harm: read or refused, in bounded time and memory."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame import xml
from bloom_blender.flame.xml import parse_flames, read_flames, report_unknown, write_flame

XFORM = '<xform weight="1" linear="1" coefs="1 0 0 1 0 0"/>'


def flame_text(inside: str = XFORM, attributes: str = "") -> str:
    return f'<flame version="EMBER" {attributes}>{inside}</flame>'


ENTITIES = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 9))
REFUSED = {
    "a bomb": (f'<!DOCTYPE f [<!ENTITY a0 "aaaaaaaaaa">{ENTITIES}]>{flame_text("&a8;")}', "entities"),
    "a file from outside": (
        f'<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]>{flame_text("&a;")}', "entities"
    ),
    "parameter entities": (
        f'<!DOCTYPE f [<!ENTITY % a SYSTEM "http://localhost/a"> %a;]>{flame_text()}', "entities"
    ),
    "deep elements": (flame_text(XFORM + "<a>" * 100_000 + "</a>" * 100_000), "too deeply"),
    "flames in flames": ("<flame>" * 3000 + XFORM + "</flame>" * 3000, "too deeply"),
    "NUL inside": (flame_text().replace("linear", "lin\0ear"), "damaged"),
    "only NUL": ("\0" * 1000, "not a flame"),
    "a million colours": (flame_text(f"{XFORM}<palette>{'00ff00' * 1_000_000}</palette>"), "1000000 colours"),
    "a long number": (flame_text(f'<xform linear="{"1" * 100_000}"/>'), "give a finite number"),
    "a colour at infinity": (flame_text(XFORM + '<color index="inf" rgb="1 2 3"/>'), "finite"),
}  # fmt: skip
READ = {
    "NUL behind": flame_text() + "\0" * 1000,
    "200 000 attributes": flame_text(
        '<xform linear="1" ' + " ".join(f'a{k}="1"' for k in range(200_000)) + "/>"
    ),
    "a long attribute": flame_text(attributes=f'notes="{"x" * 5_000_000}"'),
    "20 000 xforms": flame_text(XFORM * 20_000),
    "a wide list of xaos": flame_text(f'<xform linear="1" chaos="{"1 " * 100_000}"/>'),
    "blanks in a palette": flame_text(f"{XFORM}<palette>{' ' * 1_000_000}00ff00</palette>"),
    "lines in a palette": flame_text(f"{XFORM}<palette>{chr(10) * 300_000}00ff00</palette>"),
    "a colour far away": flame_text(
        XFORM + '<color index="1e300" rgb="1 2 3"/><color index="0" rgb="1 2 3"/>'
    ),
    "a long curve": flame_text(attributes=f'curves="{"1 " * 100_000}"'),
    "long splines": flame_text(
        attributes=" ".join(f'{c}_curve="{"0.5 " * 20_000}"' for c in ("overall", "red", "green", "blue"))
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    text, reason = REFUSED[name]
    tracemalloc.start()
    with pytest.raises(BloomError, match=reason) as caught:
        parse_flames(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300e6
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", READ)
def test_read_and_written(name):
    (flame,) = parse_flames(READ[name])
    assert parse_flames(write_flame(flame)) == (flame,)
    report_unknown(flame)


def test_files_that_are_too_large_are_not_read(tmp_path):
    """A hundred megabytes of blanks, in a sparse file."""
    path = tmp_path / "blank.flame"
    with open(path, "wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(BloomError, match=r"^blank\.flame has 100 MB: give 64 MB or fewer\.$"):
        read_flames(path)


def test_blanks_around_a_flame():
    assert len(parse_flames(" " * 10_000_000 + flame_text() + "\n" * 10_000_000)) == 1
    with pytest.raises(BloomError, match="is empty"):
        parse_flames(" " * 10_000_000)


def test_too_many_flames(monkeypatch):
    monkeypatch.setattr(xml, "MAXIMUM_FLAMES", 2)
    with pytest.raises(BloomError, match="text has 3 flames: give 2 or fewer"):
        parse_flames(f"<f>{flame_text() * 3}</f>")


def test_too_many_xforms(monkeypatch):
    monkeypatch.setattr(xml, "MAXIMUM_XFORMS", 2500)
    with pytest.raises(BloomError, match="too many xforms: give 2500 or fewer"):
        parse_flames(flame_text(XFORM + '<symmetry kind="1000"/>' * 1000))


@pytest.mark.parametrize("data,reason", [
    (gzip.compress(flame_text().encode()), "is compressed: unpack it"), (b"PK\3\4\0\0", "is compressed"),
    (b'<?xml version="1.0" encoding="base64"?><flame/>', "encoding|damaged|not a flame"),
    (b"\xff\xfe\xff\xff", "not a flame|damaged|encoding"), (bytes(range(256)) * 100, "not a flame"),
])  # fmt: skip
def test_wrong_encodings(data, reason, tmp_path):
    path = tmp_path / "odd.flame"
    path.write_bytes(data)
    with pytest.raises(BloomError, match=reason) as caught:
        read_flames(path)
    assert str(caught.value).startswith("odd.flame")
