"""Numbers that TikTok One does not give: said so, or calculated from the account's own videos, on pages and in the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import SocialAccount
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_api_key
from tests.connecting import a_person, connect
from tests.factories.campaigns import a_video, an_account
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, TTO_ACCOUNT_ID, Sandbox
from tiktok.availability import NOT_FROM_TIKTOK_ONE, TOO_FEW_VIDEOS
from tiktok.enums import AccountKind, Availability, Dialect, Source
from tiktok.models import Connection, Creator, MarketplaceAccount, Video
from tiktok.queries import MetricValue, account_metrics
from tiktok.services.connect.disconnect import disconnect
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.creators.profiles import refresh_insights
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.facts.averages import calculate_averages

pytestmark = pytest.mark.django_db


def use_tiktok_one() -> None:
    MarketplaceAccount.objects.create(
        name="Oak on TikTok One",
        dialect=Dialect.TTO,
        tiktok_account_id=TTO_ACCOUNT_ID,
        chosen_at=timezone.now(),
    )
    account = MarketplaceAccount.objects.get(dialect=Dialect.TTO)
    account.set_token(BRAND_TOKEN)
    account.save()


def metrics_of(creator: Creator) -> dict[str, MetricValue]:
    return {m.key: m for m in account_metrics(creator, AccountKind.AUTHENTICATED_TTCM)}


@pytest.fixture
def maya(tiktok: Sandbox, oak: Organization) -> Creator:
    """Authenticated, and synced through TikTok One."""
    connect(tiktok, a_person("maya@example.com", oak, name="Maya"), oak, "maya.bakes")
    with organization_scope(oak):
        use_tiktok_one()
        creator = Creator.objects.get()
        refresh_membership([creator])
        refresh_insights(creator)
        refresh_videos(creator)
        return Creator.objects.get()


def test_until_tiktok_one_says_that_the_creator_is_in_its_market_the_account_that_knows_it_reads(
    tiktok, oak
) -> None:
    connect(tiktok, a_person("maya@example.com", oak, name="Maya"), oak, "maya.bakes")
    with organization_scope(oak):
        use_tiktok_one()
        creator = Creator.objects.get()
        refresh_insights(creator)
        assert creator.profile_dialect == Dialect.TTCM
        refresh_membership([creator])
        refresh_insights(creator)
        assert creator.profile_dialect == Dialect.TTO


def test_the_account_says_in_which_dialect_it_was_told(tiktok, oak, maya) -> None:
    assert maya.profile_dialect == Dialect.TTO
    with organization_scope(oak):
        MarketplaceAccount.objects.filter(dialect=Dialect.TTO).delete()
        assert MarketplaceAccount.objects.get().tiktok_account_id == ACCOUNT_ID
        refresh_insights(maya)
        assert maya.profile_dialect == Dialect.TTCM
        assert metrics_of(maya)["completion_rate"].value is not None


def test_averages_are_calculated_from_the_latest_videos_and_say_so(oak, maya) -> None:
    with organization_scope(oak):
        latest = list(Video.objects.order_by("-published_at")[:30])
    views = sum(video.video_views for video in latest)
    engaged = sum(video.likes + video.comments + video.shares for video in latest)
    average, rate = metrics_of(maya)["average_views"], metrics_of(maya)["engagement_rate"]

    assert average.value == views / len(latest)
    assert rate.value == engaged / views
    for metric in (average, rate):
        assert metric.cell.availability == Availability.COMPUTED
        assert (metric.source, metric.source_label) == ("calculated", "Calculated")
        assert metric.fetched_at == max(video.counts_fetched_at for video in latest)
    assert average.definition == f"Views of the latest {len(latest)} videos ÷ {len(latest)}."


def test_what_tiktok_one_does_not_give_is_unavailable_with_the_reason(maya) -> None:
    metrics = metrics_of(maya)
    for key in ("audience_locales", "completion_rate"):
        assert (metrics[key].value, metrics[key].reason) == (None, NOT_FROM_TIKTOK_ONE)
    assert metrics["creator_rate"].value is not None
    assert metrics["audience_countries"].source == Source.AUTHORIZED


def test_pages_and_api_show_the_calculated_number_with_its_definition(oak, maya) -> None:
    owner = User.objects.create_user("owner@example.com", name="Owner")
    add_member(oak, owner, role=Role.OWNER, actor=owner)
    browser = Client()
    browser.force_login(owner)
    with organization_scope(oak):
        account = SocialAccount.objects.get()
    page = browser.get(f"/o/oak/influencers/{account.influencer_id}/").content.decode()
    assert page.count(">calculated</button>") == 2
    assert metrics_of(maya)["average_views"].definition in page
    assert NOT_FROM_TIKTOK_ONE in page
    assert ">calculated</button>" in browser.get("/o/oak/influencers/").content.decode()

    _, key = create_api_key(oak, "Reader", scopes=["read"], actor=owner)
    answer = Client().get(
        f"/api/v1/social-accounts/{account.pk}/metrics/", headers={"Authorization": f"Bearer {key}"}
    )
    reported = {metric["key"]: metric for metric in answer.json()["metrics"]}
    assert reported["average_views"]["availability"] == "computed"
    assert reported["average_views"]["source"] == "calculated"
    assert reported["average_views"]["value"] == maya.calculated_average_views
    assert reported["completion_rate"]["reason"] == NOT_FROM_TIKTOK_ONE


def test_what_was_calculated_goes_with_the_grant(oak, maya) -> None:
    connection = Connection.objects.get()
    disconnect(connection, actor=connection.person)
    with organization_scope(oak):
        creator = Creator.objects.get()
    assert (creator.calculated_average_views, creator.calculated_at) == (None, None)
    assert (creator.calculated_engagement_rate, creator.calculated_videos) == (None, 0)


@pytest.mark.parametrize(("count", "average"), [(4, None), (5, 300.0)])
def test_few_videos_make_no_average(oak, count, average) -> None:
    with organization_scope(oak):
        account = an_account(
            "ann", profile_source=Source.AUTHORIZED, profile_dialect=Dialect.TTO,
            profile_fetched_at=timezone.now(),
        )  # fmt: skip
        for n in range(count):
            a_video(account, str(n), video_views=100 * (n + 1))
        calculate_averages(account.creator)
        metric = metrics_of(account.creator)["average_views"]
    assert metric.value == average
    assert metric.reason == ("" if average else TOO_FEW_VIDEOS)


def test_a_video_that_nobody_has_watched_counts_with_its_zeros(oak) -> None:
    with organization_scope(oak):
        account = an_account("ann")
        for n in range(4):
            a_video(account, str(n), video_views=100, likes=10, comments=3, shares=2)
        a_video(account, "4", video_views=0, likes=0, comments=0, shares=0)
        calculate_averages(account.creator)
    creator = account.creator
    assert creator.calculated_average_views == 80.0
    assert creator.calculated_engagement_rate == 4 * 15 / 400


def test_a_video_without_a_counter_or_with_an_absurd_one_takes_no_part(oak) -> None:
    with organization_scope(oak):
        account = an_account("ann")
        for n in range(5):
            a_video(account, str(n), video_views=100)
        a_video(account, "8", video_views=10**9, shares=None)
        a_video(account, "9", video_views=-(10**9), absurd=1)
        for n in range(30):  # older than the latest 30
            published_at = timezone.now() - timedelta(days=900)
            a_video(account, f"7{n}", video_views=5_000, published_at=published_at, absurd=1)
        calculate_averages(account.creator)
    creator = account.creator
    assert (creator.calculated_videos, creator.calculated_average_views) == (5, 100.0)
    assert creator.calculated_engagement_rate == 5 * 115 / 500
