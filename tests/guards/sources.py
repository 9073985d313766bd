"""All Python files of the product and its tests, as guards read them."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.conf import settings

from tests.personas import OURS

ROOT = Path(settings.BASE_DIR)
FOLDERS = (*OURS, "tests", "benchmarks", "docs")


def python_files(*folders: str) -> list[Path]:
    """Every module of these folders; of all folders that hold code when none is named."""
    return sorted(path for folder in folders or FOLDERS for path in (ROOT / folder).rglob("*.py"))


def packages() -> set[str]:
    """The names of all packages beside `manage.py`."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")}


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def comments(word: str) -> Iterator[tuple[str, str]]:
    """(where, comment) of every comment that contains the word."""
    for path in python_files():
        if word in (text := path.read_text()):
            for token in tokenize.generate_tokens(StringIO(text).readline):
                if token.type == tokenize.COMMENT and word in token.string:
                    yield f"{where(path)}:{token.start[0]}", token.string
