"""A file or folder that grows too large to be taken in becomes a folder of subjects."""

from __future__ import annotations

from collections import Counter

from tests.guards.sources import python_files, where
from tests.personas import OURS

MOST_LINES, MOST_MODULES = 300, 12
LONG = {
    "influence/settings.py": "Django reads its settings from one module.",
}


def long_files() -> dict[str, int]:
    lengths = {
        where(path): len(path.read_text().splitlines())
        for path in python_files(*OURS)
        if "migrations" not in path.parts
    }
    return {name: lines for name, lines in lengths.items() if lines > MOST_LINES}


def full_folders() -> dict[str, int]:
    modules = Counter(
        where(path.parent)
        for path in python_files(*OURS)
        if "services" in path.parts and path.name != "__init__.py"
    )
    return {folder: count for folder, count in modules.items() if count > MOST_MODULES}


def test_no_file_is_too_long() -> None:
    assert set(long_files()) == set(LONG)


def test_no_folder_of_services_is_too_full() -> None:
    assert full_folders() == {}
