"""The two matrices, cell by cell, as the product page draws them."""

from __future__ import annotations

import pytest

from tiktok.availability import (
    ACCOUNT_BY_DIALECT,
    ACCOUNT_MATRIX,
    ACCOUNT_UNITS,
    COMPUTED_DEFINITIONS,
    POST_DEFINITIONS,
    POST_MATRIX,
    POST_UNITS,
    account_cell,
)
from tiktok.client import DIALECTS
from tiktok.enums import AccountKind, AccountMetric, Availability, Dialect, PostMetric, PostTie

# legacy, authenticated non-TTCM, authenticated TTCM, not authenticated TTCM
ACCOUNT_ROWS = {
    "audience_locales": "--y-",
    "completion_rate": "--y-",
    "creator_rate": "--y-",
    "average_views": "--y-",
    "engagement_rate": "y-y-",
    "audience_countries": "-yy-",
    "audience_genders": "-yy-",
    "audience_ages": "-yy-",
    "profile_image": "yyyy",
    "user_name": "yyyy",
    "display_name": "yyyy",
    "follower_count": "yyyy",
    "like_count": "yyyy",
    "video_count": "yyyy",
    "creator_id": "-yyy",
}
ACCOUNT_COLUMNS = (
    "legacy",
    "authenticated_non_ttcm",
    "authenticated_ttcm",
    "not_authenticated_ttcm",
)
# tied to an order; not by order, authenticated; not by order, not authenticated
POST_ROWS = {
    **dict.fromkeys(("comments", "likes", "shares", "video_views"), "yyy"),
    **dict.fromkeys(("total_engagements", "engagement_rate"), "yy-"),
    **dict.fromkeys(
        (
            "reach", "total_play_time", "average_play_time", "video_completion_rate", "video_view_retention",
            "retention_per_second", "audience_age", "audience_gender", "audience_geography", "audience_country",
        ),
        "y--",
    ),
}  # fmt: skip
POST_COLUMNS = ("order", "authenticated", "not_authenticated")


@pytest.mark.parametrize("metric", AccountMetric)
def test_account_metrics_are_there_exactly_where_the_matrix_says(metric) -> None:
    shown = "".join(
        "y" if ACCOUNT_MATRIX[metric][AccountKind(kind)].is_shown else "-"
        for kind in ACCOUNT_COLUMNS
    )
    assert shown == ACCOUNT_ROWS[metric.value]


@pytest.mark.parametrize("metric", PostMetric)
def test_post_metrics_are_there_exactly_where_the_matrix_says(metric) -> None:
    shown = "".join(
        "y" if POST_MATRIX[metric][PostTie(tie)].is_shown else "-" for tie in POST_COLUMNS
    )
    assert shown == POST_ROWS[metric.value]


def test_the_matrices_know_every_metric_and_nothing_else() -> None:
    assert {metric.value for metric in ACCOUNT_MATRIX} == set(ACCOUNT_ROWS)
    assert {metric.value for metric in POST_MATRIX} == set(POST_ROWS)
    assert len(POST_MATRIX) == 16
    assert set(ACCOUNT_UNITS) == set(ACCOUNT_MATRIX)
    assert set(POST_UNITS) == set(POST_DEFINITIONS) == set(POST_MATRIX)


def test_an_unsupported_account_shows_no_number_at_all() -> None:
    assert not any(row[AccountKind.UNSUPPORTED].is_shown for row in ACCOUNT_MATRIX.values())


def test_every_missing_number_has_a_reason_to_act_on_and_no_shown_one_has() -> None:
    cells = [
        cell
        for matrix in (ACCOUNT_MATRIX, POST_MATRIX)
        for row in matrix.values()
        for cell in row.values()
    ]
    assert all(bool(cell.reason) != cell.is_shown for cell in cells)


# As ACCOUNT_ROWS, of an account that is read through TikTok One; c: calculated by us. All other rows stay.
ROWS_OF_TIKTOK_ONE = {
    "audience_locales": "----",
    "completion_rate": "----",
    "average_views": "--c-",
    "engagement_rate": "y-c-",
}
SIGNS = {Availability.AVAILABLE: "y", Availability.COMPUTED: "c", Availability.UNAVAILABLE: "-"}


@pytest.mark.parametrize("metric", AccountMetric)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_dialect_takes_from_the_matrix_only_what_it_cannot_give(metric, dialect) -> None:
    rows = {"ttcm": ACCOUNT_ROWS, "tto": ACCOUNT_ROWS | ROWS_OF_TIKTOK_ONE}[dialect]
    shown = "".join(
        SIGNS[account_cell(metric, AccountKind(kind), dialect).availability]
        for kind in ACCOUNT_COLUMNS
    )
    assert shown == rows[metric.value]


def test_what_tiktok_one_cannot_give_says_so_and_nobody_is_sent_after_it() -> None:
    lacking = account_cell(
        AccountMetric.COMPLETION_RATE, AccountKind.AUTHENTICATED_TTCM, Dialect.TTO
    )
    assert lacking.reason == "Not provided by TikTok One."
    asked = account_cell(
        AccountMetric.COMPLETION_RATE, AccountKind.NOT_AUTHENTICATED_TTCM, Dialect.TTO
    )
    assert asked.reason == "Not provided by TikTok One."
    reported = account_cell(AccountMetric.AUDIENCE_AGES, AccountKind.NOT_AUTHENTICATED_TTCM, "tto")
    assert reported.reason == "Ask the influencer to authenticate this account."


def test_the_dialects_table_is_what_their_clients_can_do() -> None:
    given = {name: dialect.capabilities for name, dialect in DIALECTS.items()}
    assert set(given) == set(Dialect) == set(ACCOUNT_BY_DIALECT)
    for name, cells in ACCOUNT_BY_DIALECT.items():
        assert (AccountMetric.AUDIENCE_LOCALES in cells) != given[name].has_audience_locales
        for metric in ("average_views", "engagement_rate", "completion_rate"):
            assert (AccountMetric(metric) in cells) != given[name].has_average_views


def test_every_calculated_number_has_its_definition() -> None:
    computed = {
        metric
        for cells in ACCOUNT_BY_DIALECT.values()
        for metric, cell in cells.items()
        if cell.availability == Availability.COMPUTED
    }
    assert computed == set(COMPUTED_DEFINITIONS)
