"""One planted sin for every guard: a guard that cannot fail is worse than none.

    @caught_by(test_names.test_no_module_is_named_after_nothing, match="utils.py")
    def test_an_empty_name(plant_file):
        plant_file("crm/utils.py")

The function plants the sin by its fixtures; it may return arguments for the guard. Then the guard must fail, and say
what it found.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

Test = Callable[..., Any]
CAUGHT: set[str] = set()
FAILURES = (AssertionError, pytest.fail.Exception)


def name_of(guard: Test) -> str:
    return f"{guard.__module__.rpartition('.')[2]}.{guard.__name__}"


def caught_by(
    guard: Test, *, match: str, error: type[BaseException] | None = None
) -> Callable[[Test], Test]:
    """Make a test of a function that plants a sin: the guard fails (or stops with `error`), and what it says matches."""
    CAUGHT.add(name_of(guard))

    def decorate(plant: Test) -> Test:
        def test(request: pytest.FixtureRequest, **fixtures: Any) -> None:
            given = plant(**fixtures) or {}
            for name in inspect.signature(guard).parameters:
                if name not in given:
                    given[name] = request.getfixturevalue(name)
            with pytest.raises(error or FAILURES, match=match):
                guard(**given)

        asked = inspect.signature(plant).parameters.values()
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        test.__signature__ = inspect.Signature([request, *asked])  # type: ignore[attr-defined]
        test.__name__, test.__doc__, test.__module__ = (
            plant.__name__,
            plant.__doc__,
            plant.__module__,
        )
        test.pytestmark = getattr(plant, "pytestmark", [])  # type: ignore[attr-defined]
        return test

    return decorate
