"""The two matrices, cell by cell, as the product page draws them."""

from __future__ import annotations

import pytest

from tiktok.availability import (
    ACCOUNT_MATRIX,
    ACCOUNT_UNITS,
    POST_DEFINITIONS,
    POST_MATRIX,
    POST_UNITS,
)
from tiktok.enums import AccountKind, AccountMetric, PostMetric, PostTie

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
