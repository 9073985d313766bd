"""Rules that stand twice, in Python for what is loaded and in SQL for whole lists, say the same of any rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.enums import PostOrigin, ReviewState
from campaigns.models import Post
from campaigns.policies.posts import GONE, UNTIED, is_free
from campaigns.queries.links import free
from crm.enums import Network
from crm.models import SocialAccount
from crm.queries import accounts_with_facts, creators_of_kind
from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign
from tests.factories.crm import ConsentFactory, TikTokAccountFactory
from tiktok.enums import AccountKind, ConnectionState, MarketplaceStatus, PollKind
from tiktok.policies import account_kind
from tiktok.queries import account_sync, authenticated, next_account_check, read_polls

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
of_rows = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
accounts = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(MarketplaceStatus.values),
            "grant": st.sampled_from([None, *ConnectionState.values]),
            "is_withdrawn": st.booleans(),
            "polls": st.dictionaries(
                st.sampled_from([PollKind.PROFILE, PollKind.INSIGHTS, PollKind.MEMBERSHIP]),
                st.tuples(st.integers(-5, 5), st.sampled_from(["", "gone"])),
            ),
        }
    ),
    min_size=1,
    max_size=6,
)


def rolled_back(test: Callable[..., None]) -> Callable[..., None]:
    """Each example in a transaction of its own that leaves nothing."""

    @wraps(test)
    def wrapped(*args: Any, oak: Organization, **kwargs: Any) -> None:
        with organization_scope(oak), transaction.atomic():
            test(*args, oak=oak, **kwargs)
            transaction.set_rollback(True)

    return wrapped


def make(account: dict[str, Any], organization: Organization) -> SocialAccount:
    made = TikTokAccountFactory.create(creator__marketplace_status=account["status"])
    if account["grant"] is not None:
        ended = {"withdrawn_at": timezone.now()} if account["is_withdrawn"] else {}
        ConsentFactory.create(creator=made.creator, state=account["grant"], **ended)
    for kind, (hours, reason) in account["polls"].items():
        Work.objects.create(
            organization=organization,
            kind=kind,
            subject_id=made.creator_id,
            due_at=NOW + timedelta(hours=hours),
            stopped_reason=reason,
        )
    return made


@of_rows
@given(rows=accounts)
@rolled_back
def test_the_kind_of_an_account(rows: list[dict[str, Any]], oak: Organization) -> None:
    for row in rows:
        make(row, oak)
    expected: dict[str, set[int]] = {kind: set() for kind in AccountKind}
    for account in accounts_with_facts():
        kind = account_kind(
            account.creator.marketplace_status,
            is_authenticated=account.is_authenticated,
            is_released=True,
        )
        expected[kind].add(account.creator_id)
    found = {kind: set(creators_of_kind(kind).values_list("pk", flat=True)) for kind in AccountKind}
    assert found == expected


@of_rows
@given(rows=accounts)
@rolled_back
def test_the_next_sync_of_an_account(rows: list[dict[str, Any]], oak: Organization) -> None:
    for row in rows:
        make(row, oak)
    reported = SocialAccount.objects.annotate(
        is_authenticated=authenticated("creator_id"), next_check_at=next_account_check("creator")
    )
    expected = {}
    for account in accounts_with_facts():
        is_supported = account.creator.is_in_marketplace or account.is_authenticated
        read = account_sync(
            account.creator, read_polls(account.polls), is_unsupported=not is_supported
        )
        is_planned = read.poll is not None and not read.stopped_reason
        expected[account.pk] = read.poll.due_at if is_planned else None
    assert dict(reported.values_list("pk", "next_check_at")) == expected


@of_rows
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, NOW]),
            st.sampled_from(["", GONE, UNTIED]),
            st.sampled_from(["", *ReviewState.values]),
        ),
        min_size=1,
        max_size=8,
    )
)
@rolled_back
def test_a_video_that_is_free_again(
    rows: list[tuple[datetime | None, str, str]], oak: Organization
) -> None:
    campaign, account = a_campaign(), TikTokAccountFactory.create()
    for number, (since, reason, state) in enumerate(rows):
        Post.objects.create(
            campaign=campaign,
            account=account,
            network=Network.TIKTOK,
            network_post_id=str(number),
            origin=PostOrigin.ORDER,
            published_since=since,
            review_reason=reason,
            review_state=state,
        )
    expected = {str(number) for number, row in enumerate(rows) if is_free(*row)}
    assert set(Post.objects.filter(free()).values_list("network_post_id", flat=True)) == expected
