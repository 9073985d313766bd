"""Every guard has a test that plants a sin and sees it caught (`tests/guards/sins/`)."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests.guards.sins import CAUGHT, Test, name_of

HERE = Path(__file__).parent
# Guards without a planted sin, and why they need none.
NEED_NONE = {
    "test_names_in_sentences.test_the_guard_sees_a_bare_name": "Is itself a list of planted sins.",
    "test_names_in_sentences.test_the_guard_sees_a_bare_name_in_a_sentence": "Is itself one.",
    "test_proof_in_database.test_the_owner_deletes_a_whole_organization_and_the_run_time_role_cannot": (
        "Shows the refusal and its opposite side by side."
    ),
    "test_proof_in_database.test_a_right_that_somebody_gave_back_is_noticed_at_the_start_and_taken_at_the_next_migrate": (
        "Plants its sin itself."
    ),
}


def modules(folder: Path) -> Iterator[ModuleType]:
    for path in sorted(folder.glob("test_*.py")):
        yield importlib.import_module(
            ".".join(path.with_suffix("").relative_to(HERE.parents[1]).parts)
        )


def guards() -> list[Test]:
    return [
        function
        for module in modules(HERE)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("test_") and function.__module__ == module.__name__
    ]


def test_every_guard_is_seen_to_catch_a_sin() -> None:
    list(modules(HERE / "sins"))
    assert {name_of(guard) for guard in guards()} - CAUGHT == set(NEED_NONE)
