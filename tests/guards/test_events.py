"""Every verb is said somewhere, and nobody says one that is not on the list."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tenancy.enums import Verb
from tests.guards.sources import python_files, where
from tests.personas import OURS

WORDS = "tenancy/enums/events.py"
TESTS = Path(__file__).resolve().parent.parent


def files() -> list[Path]:
    return [
        path
        for path in python_files(*OURS)
        if where(path) != WORDS and "migrations" not in path.parts
    ]


def trees(paths: Iterable[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for path in paths:
        yield path, ast.parse(path.read_text())


def verbs_said(paths: Iterable[Path]) -> set[str]:
    """The names after `Verb.` in these files."""
    return {
        node.attr
        for _, tree in trees(paths)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Verb"
    }


def spelt_verbs(paths: Iterable[Path]) -> list[str]:
    """The places where `record` or `record_each` is called with text, or with anything that makes a verb out of text."""
    return [
        f"{where(path)}:{node.lineno}"
        for path, tree in trees(paths)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called(node) in {"record", "record_each", "Verb"}
        and (called(node) == "Verb" or any(is_text(argument) for argument in verb_of(node)))
    ]


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def verb_of(node: ast.Call) -> list[ast.expr]:
    named = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
    return [*node.args, *named]


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_every_verb_is_recorded_somewhere() -> None:
    assert verbs_said(files()) == {verb.name for verb in Verb}


def test_every_verb_is_expected_in_a_test() -> None:
    texts = "".join(path.read_text() for path in TESTS.rglob("*.py") if path.is_file())
    expected = {v.name for v in Verb if f"Verb.{v.name}" in texts or f'"{v.value}"' in texts}
    assert expected == {verb.name for verb in Verb}


def test_no_event_is_recorded_with_a_text_for_a_verb() -> None:
    assert spelt_verbs(files()) == []
