"""Names say what a thing is; what is switched off says why."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.conf import settings

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
ROOTS = (*OURS, "tests", "benchmarks")
FILES = sorted(
    path
    for root in ROOTS
    for path in Path(settings.BASE_DIR, "tests").rglob("*.py")
    if "node_modules" not in path.parts
)
NOQA = re.compile(r"#\s*noqa(?P<codes>:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*)?(?P<rest>.*)")
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<code>\[[\w, -]+\])?")
SWITCHED_OFF = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|unittest\.skip")
# Tests of what only some machines can show.
CONDITIONAL = {
    "tests/embedded/test_servers.py": "Servers behave otherwise for root: each half of the tests needs its own user.",
}


def comments(word: str) -> Iterator[tuple[str, str]]:
    """(where, comment) of every comment in the product and its tests that contains the word."""
    for path in FILES:
        if word in (text := path.read_text()):
            for token in tokenize.generate_tokens(StringIO(text).readline):
                if token.type == tokenize.COMMENT and word in token.string:
                    yield f"{path.relative_to(settings.BASE_DIR)}:{token.start[0]}", token.string


def test_no_module_is_named_after_nothing() -> None:
    named = {path for path in FILES if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES}
    assert named == set()


def test_every_noqa_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{where} {text}"
        for where, text in comments("noqa")
        for found in NOQA.finditer(text)
        if not found["codes"] or not re.match(r"\s*--? \S", found["rest"])
    ]
    assert bare == []


def test_every_type_ignore_names_its_code() -> None:
    bare = [
        f"{where} {text}"
        for where, text in comments("type:")
        for found in TYPE_IGNORE.finditer(text)
        if not found["code"]
    ]
    assert bare == []


def test_no_test_is_switched_off() -> None:
    off = {
        str(path.relative_to(settings.BASE_DIR))
        for path in FILES
        if path != Path(__file__) and SWITCHED_OFF.search(path.read_text())
    }
    assert off == set(CONDITIONAL)
