"""Names say something, and every exception from a rule carries its reason."""

from __future__ import annotations

import re
from pathlib import Path

from tests.guards.sources import comments, packages, python_files, where
from tests.personas import OURS

EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "common",
    "misc",
    "core",
    "manager",
    "base_utils",
    "shared",
}
NOQA = re.compile(r"#\s*noqa(?P<codes>:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*)?(?P<rest>.*)")
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<code>\[[\w, -]+\])?")
SWITCHED_OFF = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|unittest\.skip")
# Tests of what only some machines can show.
CONDITIONAL = {
    "tests/embedded/test_servers.py": "Servers behave otherwise for root: each half of the tests needs its own user.",
}


def test_every_package_takes_part_in_the_guards() -> None:
    assert packages() == {*OURS, "tests", "benchmarks"}


def test_no_module_is_named_after_nothing() -> None:
    named = {where(p) for p in python_files() if {p.stem, p.parent.name} & EMPTY_NAMES}
    assert named == set()


def test_every_noqa_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{place} {text}"
        for place, text in comments("noqa")
        for found in NOQA.finditer(text)
        if not found["codes"] or not re.match(r"\s*--? \S", found["rest"])
    ]
    assert bare == []


def test_every_type_ignore_names_its_code() -> None:
    bare = [
        f"{place} {text}"
        for place, text in comments("type:")
        for found in TYPE_IGNORE.finditer(text)
        if not found["code"]
    ]
    assert bare == []


def test_no_test_is_switched_off() -> None:
    off = {
        where(path)
        for path in python_files()
        if path != Path(__file__) and SWITCHED_OFF.search(path.read_text())
    }
    assert off == set(CONDITIONAL)
