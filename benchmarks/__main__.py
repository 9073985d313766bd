"""`python -m benchmarks`: run the scenarios and print one table. A figure below its bar is reported, not an error."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.place import Place, temporary_place

# What makes its rows by services comes first, then what runs with few rows in the tables.
SCENARIOS = {
    "P2": "pump",
    "P2B": "claims",
    "P3": "calls",
    "S1": "sandbox",
    "P1": "loader",
    "P7": "purge",
    "P9": "imports",
    "P9B": "old_source",
    "P13": "history",
    "P4": "lists",
    "P8": "exports",
    "P5": "api",
    "P5B": "pages.against_bare",
    "P6": "pages.pages",
    "P12": "pages.against_netbox",
    "P10": "launch",
}
HEADINGS = ("id", "what", "measured", "baseline", "ratio", "bar", "queries", "verdict")
TEXTS = ("id", "what", "verdict")


def main() -> int:
    arguments = _arguments()
    with temporary_place() as place:
        figures, failed = _run(place, arguments)
    figures.sort(key=lambda figure: figure.id)
    for line in table(figures):
        print(line)
    if arguments.json:
        rows = [asdict(f) | {"verdict": f.verdict} for f in figures]
        arguments.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the large organization")
    parser.add_argument("--only", type=_ids, default=list(SCENARIOS), help="such as P1,P4")
    parser.add_argument("--repeat", type=int, default=5, help="turns that a median is made of")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    return parser.parse_args()


def _ids(text: str) -> list[str]:
    wanted = text.upper().split(",")
    if unknown := set(wanted) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))}: choose from {', '.join(SCENARIOS)}"
        )
    return wanted


def _run(place: Place, arguments: argparse.Namespace) -> tuple[list[Figure], bool]:
    import django  # noqa: PLC0415 -- settings read the addresses of the place

    django.setup()
    from benchmarks.world import World  # noqa: PLC0415 -- needs the models

    world, figures, failed = World(place, arguments.rows, arguments.repeat), [], False
    for key in [key for key in SCENARIOS if key in arguments.only]:
        begun = time.monotonic()
        try:
            name, _, function = SCENARIOS[key].partition(".")
            scenario = importlib.import_module(f"benchmarks.{name}")
            figures += getattr(scenario, function or "figures")(world)
        except Exception:  # noqa: BLE001 -- the others shall still run
            traceback.print_exc()
            failed = True
        print(f"{key} took {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return figures, failed


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Aligned lines; texts to the left, numbers to the right."""
    rows = [HEADINGS, *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.ljust(width) if heading in TEXTS else text.rjust(width)
            for heading, text, width in zip(HEADINGS, row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _cells(figure: Figure) -> tuple[str, ...]:
    queries = "" if figure.queries is None else str(figure.queries)
    numbers = (figure.measured, figure.baseline, f"{figure.ratio:.2f}", figure.bar_text, queries)
    return (figure.id, figure.what, *numbers, figure.verdict)


if __name__ == "__main__":
    sys.exit(main())
