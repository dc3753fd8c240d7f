"""`bloom devices`: what can compute pictures on this machine."""

from __future__ import annotations

import argparse
import json


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "devices",
        help="list the graphics cards",
        description="List the processor and the graphics cards that `bloom render --device` may name.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--test", action="store_true", help="try each card, and say what it gets wrong")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each device."""
    from ..codegen.threads import threads_of
    from ..device.cards import CardError, card_for, cards

    found: list[dict[str, object]] = [{"device": "cpu", "kind": "processor", "threads": threads_of(None)}]
    problem = ""
    try:
        there = cards()
    except CardError as error:
        there, problem = (), str(error)
    chosen = card_for("auto")
    for number, card in enumerate(there):
        line: dict[str, object] = {
            "device": f"gpu:{number}",
            "name": card.name,
            "kind": card.kind,
            "backend": card.backend,
            "driver": card.driver,
            "largest_array": card.largest,
            "auto": card == chosen,
        }
        if arguments.test:
            line["trial"] = _tried(card)
        found.append(line)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return 0
    for line in found:
        print("  ".join(_words(line)))
    if problem or not there:
        print(problem or "No driver for Vulkan, Metal or DirectX 12 was found: pictures are the processor's.")
    return 0


def _tried(card) -> str:
    from ..device.cards import CardError, open_card
    from ..device.trial import problem_of

    try:
        return problem_of(open_card(card)) or "passed"
    except CardError as error:
        return str(error)


def _words(line: dict[str, object]) -> list[str]:
    if line["device"] == "cpu":
        return ["cpu", f"{line['threads']} threads"]
    words = [
        str(line["device"]),
        str(line["name"]),
        str(line["kind"]),
        f"{line['backend']}, {line['driver']}",
    ]
    words.append(f"arrays up to {int(str(line['largest_array'])) / 2**20:.0f} MB")
    words += [f"trial: {line['trial']}"] if "trial" in line else []
    return [*words, "(auto)"] if line["auto"] else words
