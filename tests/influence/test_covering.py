"""Coverage is reported statement by statement and branch by branch, from all workers together."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests import covering
from tests.covering import Loader, Marked, pytest_testnodedown, reported

MILL = b'''"""A mill."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from elsewhere import Corn
def grind(corn, fine):
    """Flour."""
    if not corn:
        return []
    done = []
    for each in corn:
        if fine:
            each = (each
                    .lower())
        done.append(each)
    match done:
        case [one]:
            return one
        case [_, _]:
            return 2
    while True:
        try:
            return done
        finally:
            corn = None
class Stone:
    """Heavy."""
    def turn(self): ...
'''
LINES = [3, 6, 8, 9, 10, 11, 12, 13, 15, 16, 18, 20, 21, 22, 23, 25, 26, 28]
WAYS = [(8, 0), (8, 9), (11, 0), (11, 12), (12, 0), (12, 13), (16, 0), (16, 18), (16, 20)]


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The mill in a tree of its own, loaded with marks."""
    monkeypatch.setattr(covering, "ROOT", tmp_path)
    monkeypatch.setattr(covering, "_reached", {})
    path = tmp_path / "mill.py"
    path.write_bytes(MILL)
    module = ModuleType("mill")
    Loader("mill", str(path)).exec_module(module)
    return module


def missing() -> tuple[list[int], list[tuple[int, int]]]:
    seen = reported("mill.py")[1]
    return seen["missing_lines"], seen["missing_branches"]


def test_each_statement_counts_once_and_each_way_out_of_a_choice() -> None:
    marked = Marked(MILL)
    assert [line for line in marked.lines if line] == LINES
    assert sorted(marked.branches) == WAYS


def test_what_was_loaded_only_has_reached_the_heads_of_its_functions(mill: ModuleType) -> None:
    assert reported("mill.py") == (
        "mill.py",
        {
            "missing_lines": [line for line in LINES if line not in (3, 6, 26, 28)],
            "missing_branches": WAYS,
            "summary": {
                "num_statements": 18,
                "covered_lines": 4,
                "num_branches": 9,
                "covered_branches": 0,
            },
        },
    )


def test_each_run_adds_what_it_reaches(mill: ModuleType) -> None:
    assert mill.grind([], fine=True) == []
    assert mill.grind(["A"], fine=True) == "a"
    assert missing() == ([20, 21, 22, 23, 25], [(12, 0), (16, 0), (16, 20)])
    assert mill.grind(["A", "B", "C"], fine=False) == ["A", "B", "C"]
    assert missing() == ([20], [(16, 20)])
    assert mill.grind(["A", "B"], fine=False) == 2
    assert missing() == ([], [])


def test_a_module_that_is_loaded_again_goes_on(mill: ModuleType) -> None:
    mill.grind([], fine=True)
    before = missing()
    Loader("mill", str(covering.ROOT / "mill.py")).exec_module(mill)
    assert missing() == before


def test_workers_add_up(mill: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """One reaches the one half, another the other; a third one was killed."""
    mill.grind([], fine=True)
    one = {name: bytes(marks) for name, marks in covering._reached.items()}
    monkeypatch.setattr(covering, "_reached", {})
    Loader("mill", str(covering.ROOT / "mill.py")).exec_module(mill)
    mill.grind(["A"], fine=True)
    two = {name: bytes(marks) for name, marks in covering._reached.items()}
    monkeypatch.setattr(covering, "_reached", {})
    for output in ({"workeroutput": {"reached": one}}, {}, {"workeroutput": {"reached": two}}):
        pytest_testnodedown(SimpleNamespace(**output))
    assert missing() == ([20, 21, 22, 23, 25], [(12, 0), (16, 0), (16, 20)])


def test_a_module_that_no_test_loads_is_missing_whole(mill: ModuleType) -> None:
    covering._reached.clear()
    assert missing() == (LINES, WAYS)
