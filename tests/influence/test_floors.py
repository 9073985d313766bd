"""The floors of branch coverage: whole for services, policies, purge and tenancy, 95 % for all the rest."""

from __future__ import annotations

import pytest

from tests.floors import gaps


def seen(covered: int, *, lines: list[int] | None = None, branches: list[list[int]] | None = None):
    return {
        "missing_lines": lines or [],
        "missing_branches": branches or [],
        "summary": {
            "covered_lines": covered,
            "num_statements": 100,
            "covered_branches": 0,
            "num_branches": 0,
        },
    }


@pytest.mark.parametrize(
    "name",
    [
        "crm/services/lists.py",
        "tiktok/services/orders/tto.py",
        "campaigns/policies/orders.py",
        "crm/purge.py",
        "tenancy/middleware.py",
    ],
)
def test_one_line_or_branch_is_missing_where_all_must_be_covered(name: str) -> None:
    assert gaps({name: seen(99, lines=[7])}) == [f"{name}: lines [7], branches []"]
    assert gaps({name: seen(100, branches=[[7, 9]])}) == [f"{name}: lines [], branches [[7, 9]]"]
    assert gaps({name: seen(100)}) == []


def test_the_rest_is_covered_to_ninety_five_per_cent_together() -> None:
    assert gaps({"crm/views.py": seen(90, lines=[7]), "crm/forms.py": seen(100)}) == []
    assert gaps({"crm/views.py": seen(89, lines=[7]), "crm/forms.py": seen(100)}) == [
        "The rest is covered to 94.5 %, less than 95 %."
    ]
