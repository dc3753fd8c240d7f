"""The documentation: links and pictures lead somewhere, and every page is in the site's navigation."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bloom_blender import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = [ROOT / "CONTRIBUTING.md"]  # not in the site
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^bloom (?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@pytest.mark.parametrize("page", PAGES + OTHERS, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    targets = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


def test_the_navigation_has_every_page_once():
    listed = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(page.name for page in PAGES[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_what_the_command_line_takes(page):
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for command in COMMAND.findall("\n".join(blocks)):
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        arguments = cli._parser(()).parse_args(words[1:])
        if getattr(arguments, "at", None):
            assert cli.grow._frames_at(arguments.at, arguments.frames)
