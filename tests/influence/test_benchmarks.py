"""`make bench` runs every scenario and reports ratios. How fast things are is not this test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SCENARIOS, table
from benchmarks.measure import Figure, share_of_speed

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.timeout(900)  # it starts the whole product twice
def test_every_scenario_yields_ratios(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rows=600", "--repeat=1", f"--json={written}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    figures = json.loads(written.read_text())
    assert {figure["id"] for figure in figures} == set(SCENARIOS)
    assert all(figure["ratio"] > 0 for figure in figures)
    assert all(figure["queries"] <= 8 for figure in figures if figure["id"] == "P4")
    assert len(finished.stdout.splitlines()) == 1 + len(figures)


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("P1", "a share", "", "", 0.36, 0.35, is_share=True), "ok"),
        (Figure("P1", "a share", "", "", 0.34, 0.35, is_share=True), "below the bar"),
        (Figure("P4", "a multiple", "", "", 1.4, 1.5, queries=8), "ok"),
        (Figure("P4", "a multiple", "", "", 1.6, 1.5, queries=8), "below the bar"),
        (Figure("P4", "a multiple", "", "", 1.4, 1.5, queries=9), "too many queries"),
        (Figure("P7", "no bar", "", "", 9.9), "no bar"),
    ],
)
def test_the_verdict_compares_with_the_bar(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


@pytest.mark.parametrize(("rows", "said"), [(310, "310 rows/s"), (94_400, "94k rows/s")])
def test_a_slow_speed_is_told_to_the_row(rows: int, said: str) -> None:
    one_second = lambda turn: 1.0  # noqa: E731 -- the whole work
    figure = share_of_speed("P9", "", rows=rows, measured=one_second, baseline=one_second, repeat=1)
    assert (figure.measured, figure.baseline) == (said, said)


def test_the_table_is_aligned() -> None:
    heading, row = table([Figure("P1", "loader", "60k rows/s", "150k rows/s", 0.4, 0.35)])
    assert heading == "id  what      measured     baseline  ratio     bar  queries  verdict"
    assert row == "P1  loader  60k rows/s  150k rows/s   0.40  ≤ 0.35           below the bar"
