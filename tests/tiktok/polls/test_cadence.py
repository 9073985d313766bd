"""The public profile daily, the authorized one weekly; each number keeps its own source and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.services.queue import claim_now, note_finished
from tenancy.scope import organization_scope
from tests.connecting import an_organization, connect
from tests.working import all_polls, pump
from tiktok.enums import AccountKind, ConnectionState, PollKind, Source
from tiktok.models import Connection, Creator, CreatorSnapshot, LegacyMigration
from tiktok.queries import account_metrics
from tiktok.services.creators import profiles
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.grants.grants import end_grant
from tiktok.services.legacy.release import release_creators

pytestmark = pytest.mark.django_db
PUBLIC, AUTHORIZED = "ttcm_public", "ttcm_authorized"
WEEK = timedelta(days=7)


def calls_of(tiktok, moment=None) -> dict[str, int]:
    """The calls for profiles when everything is due that falls due by this moment."""
    tiktok.control("stats")
    now = timezone.now()
    all_polls().filter(due_at__lte=moment or now).update(due_at=now)
    while pump():
        pass
    calls = tiktok.read("stats")["calls"]
    return {path: count for path, count in calls.items() if "video" not in path}


def origins(creator: Creator) -> dict[str, tuple[str, object]]:
    metrics = account_metrics(creator, AccountKind.AUTHENTICATED_TTCM)
    return {m.key: (m.source, m.fetched_at) for m in metrics if m.value is not None}


def test_connecting_syncs_once_and_plans_the_public_profile_daily_and_the_authorized_one_weekly(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    now = timezone.now()
    plans = {poll.kind: poll.due_at - now for poll in all_polls()}
    assert timedelta(hours=23) < plans["profile"] < timedelta(days=1)
    assert timedelta(days=6) < plans["insights"] < WEEK
    assert calls_of(tiktok) == {}
    assert calls_of(tiktok, now + timedelta(days=1)) == {"/tcm/creator/public/": 1}
    assert calls_of(tiktok, now + WEEK) == {
        "/tcm/creator/public/": 1,
        "/tcm/creator/authorized/": 1,
    }


def test_an_account_outside_the_marketplace_has_the_weekly_sync_alone(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "tom_trails")
    now = timezone.now()
    assert calls_of(tiktok, now + timedelta(days=1)) == {}
    assert calls_of(tiktok, now + WEEK) == {"/tcm/creator/authorized/": 1}


def test_a_public_sync_brings_counts_and_leaves_what_was_authorized(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        before = Creator.objects.get()
        tiktok.control("clock", advance_seconds=86_400)
        profiles.refresh_profile(Creator.objects.get())
        after = Creator.objects.get()

        assert after.follower_count > before.follower_count
        assert after.audience_countries == before.audience_countries
        assert after.average_views == before.average_views
        assert after.insights_fetched_at == before.insights_fetched_at == before.profile_fetched_at
        found = origins(after)
        for key in ("follower_count", "like_count", "video_count", "display_name", "profile_image"):
            assert found[key] == (PUBLIC, after.profile_fetched_at)
        for key in ("average_views", "engagement_rate", "creator_rate", "audience_ages"):
            assert found[key] == (AUTHORIZED, after.insights_fetched_at)
        facts = CreatorSnapshot.objects.order_by("source").values_list(
            "source", "follower_count", "average_views"
        )
        assert list(facts) == [
            (AUTHORIZED, before.follower_count, before.average_views),
            (PUBLIC, after.follower_count, None),
        ]


def test_audience_and_rate_are_kept_with_the_reading_that_changed_them(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        creator = Creator.objects.get()
        [details] = CreatorSnapshot.objects.values_list("details", flat=True)
        assert details == {
            "audience_countries": creator.audience_countries,
            "audience_genders": creator.audience_genders,
            "audience_ages": creator.audience_ages,
            "creator_rate": {
                "amount": str(creator.creator_rate_amount),
                "currency": creator.creator_rate_currency,
            },
        }
        CreatorSnapshot.objects.update(details=None)
        profiles.refresh_profile(Creator.objects.get())
        profiles.refresh_insights(Creator.objects.get())
        assert not CreatorSnapshot.objects.exclude(details=None).exists()
        Creator.objects.update(audience_ages=None)
        profiles.refresh_insights(Creator.objects.get())
        kept = CreatorSnapshot.objects.exclude(details=None).get()
        assert (kept.source, kept.details) == (AUTHORIZED, details)


def test_the_weekly_sync_renews_all_of_it(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        profiles.refresh_profile(Creator.objects.get())
        assert profiles.refresh_insights(Creator.objects.get()) is True
        creator = Creator.objects.get()
        assert creator.profile_fetched_at == creator.insights_fetched_at
        assert set(origins(creator).values()) == {(AUTHORIZED, creator.insights_fetched_at)}


def test_when_the_grant_ends_the_authorized_numbers_go_and_the_public_ones_keep_their_source(
    tiktok, oak, maya
) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        profiles.refresh_profile(Creator.objects.get())
    end_grant(connection, state=ConnectionState.EXPIRED, reason="It ran out.")
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert (creator.average_views, creator.audience_ages, creator.insights_fetched_at) == (
            None, None, None,
        )  # fmt: skip
        assert (creator.follower_count, creator.profile_source) == (184_220, PUBLIC)
        profiles.refresh_profile(creator)
        assert Creator.objects.get().insights_fetched_at is None
    poll = all_polls().get(kind=PollKind.INSIGHTS)
    assert poll.stopped_reason == "The influencer's authorization has ended."


def test_counts_of_an_authorized_sync_are_the_public_ones_again_after_the_end(
    tiktok, oak, maya
) -> None:
    end_grant(
        connect(tiktok, maya, oak, "maya.bakes"), state=ConnectionState.EXPIRED, reason="Over."
    )
    with organization_scope(oak):
        profiles.refresh_profile(Creator.objects.get())
        creator = Creator.objects.get()
        assert (creator.profile_source, creator.insights_fetched_at) == (PUBLIC, None)


def test_public_counts_of_an_account_that_left_the_marketplace_survive_the_end_of_its_grant(
    tiktok, oak, maya
) -> None:
    connection = connect(tiktok, maya, oak, "maya.bakes")
    with organization_scope(oak):
        profiles.refresh_profile(Creator.objects.get())
        tiktok.control("creator", handle="maya.bakes", membership="NOT_IN")
        refresh_membership(Creator.objects.all())
    end_grant(connection, state=ConnectionState.EXPIRED, reason="It ran out.")
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert (creator.follower_count, creator.average_views) == (184_220, None)


def test_a_sync_without_consent_asks_nothing_and_rests(tiktok, oak, maya) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    Connection.objects.update(state=ConnectionState.REVOKED)
    with organization_scope(oak):
        assert profiles.refresh_insights(Creator.objects.get()) is False
    assert calls_of(tiktok, timezone.now() + WEEK) == {"/tcm/creator/public/": 1}
    assert all_polls().exclude(stopped_reason="").get().kind == PollKind.INSIGHTS


def test_an_account_connected_before_there_were_two_syncs_gets_its_weekly_one_and_keeps_its_times(
    tiktok, oak, maya
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    then = timezone.now() - timedelta(days=2)
    all_polls().filter(kind=PollKind.INSIGHTS).delete()
    with organization_scope(oak):
        Creator.objects.update(insights_fetched_at=None, profile_fetched_at=then)
        profiles.refresh_profile(Creator.objects.get())
        creator = Creator.objects.get()
        assert (creator.profile_source, creator.insights_fetched_at) == (Source.PUBLIC, then)
        assert origins(creator)["average_views"] == (AUTHORIZED, then)
    calls = calls_of(tiktok, timezone.now() + timedelta(days=1))
    assert calls == {"/tcm/creator/public/": 1, "/tcm/creator/authorized/": 1}


def test_reconnecting_revives_the_sync_in_every_organization_that_had_a_consent(
    tiktok, oak, maya
) -> None:
    elm = an_organization("Elm")
    connect(tiktok, maya, oak, "maya.bakes")
    connection = connect(tiktok, maya, elm, "maya.bakes")
    end_grant(connection, state=ConnectionState.EXPIRED, reason="It ran out.")
    connect(tiktok, maya, elm, "maya.bakes")

    polls = {poll.organization_id: poll for poll in all_polls().filter(kind=PollKind.INSIGHTS)}
    assert [poll.stopped_reason for poll in polls.values()] == ["", ""]
    assert polls[oak.pk].due_at <= timezone.now() < polls[elm.pk].due_at
    while pump():
        pass
    with organization_scope(oak):
        assert Creator.objects.get().audience_countries


@pytest.mark.parametrize("handle", ["maya.bakes", "tom_trails"])
def test_at_the_cut_over_whoever_has_connected_before_shows_the_authorized_numbers_at_once(
    tiktok, oak, maya, handle
) -> None:
    with organization_scope(oak):
        LegacyMigration.objects.create()
        Creator.objects.create(handle=handle, profile_source=Source.LEGACY, follower_count=7)
    connect(tiktok, maya, oak, handle)
    with organization_scope(oak):
        assert Creator.objects.get().follower_count == 7
        release_creators(LegacyMigration.objects.get(), plan_digest="", actor=None)
    while pump():
        pass
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert creator.profile_source != Source.LEGACY
        assert creator.audience_countries


# --- a person waits ----------------------------------------------------------------------------------------------
def test_a_sync_that_a_person_waits_for_is_theirs_alone_and_not_repeated_within_a_minute(
    oak,
) -> None:
    with organization_scope(oak):
        with claim_now(PollKind.PROFILE, 7) as first, claim_now(PollKind.PROFILE, 7) as second:
            assert pump() == 0
        with claim_now(PollKind.PROFILE, 7) as third:
            pass
        all_polls().update(last_finished_at=timezone.now() - timedelta(minutes=1))
        with claim_now(PollKind.PROFILE, 7) as fourth:
            pass
    assert (first, second, third, fourth) == (True, False, False, True)
    poll = all_polls().get()
    assert (poll.lease_until, poll.attempts) == (None, 0)
    assert poll.due_at > timezone.now() + timedelta(hours=23)


def test_a_sync_that_failed_is_given_back_and_may_be_asked_for_again(oak) -> None:
    with organization_scope(oak):
        with pytest.raises(ZeroDivisionError), claim_now(PollKind.PROFILE, 7):
            raise ZeroDivisionError
        poll = all_polls().get()
        assert (poll.lease_until, poll.last_finished_at) == (None, None)
        assert poll.due_at <= timezone.now()
        with claim_now(PollKind.PROFILE, 7) as is_mine:
            assert is_mine


def test_a_later_plan_of_the_pump_is_not_brought_forward_by_a_persons_sync(oak) -> None:
    with organization_scope(oak):
        note_finished(PollKind.ORDER, 7)
        later = timezone.now() + WEEK
        all_polls().update(due_at=later, last_finished_at=None, attempts=3)
        with claim_now(PollKind.ORDER, 7):
            pass
        assert all_polls().get().due_at == later
        all_polls().update(attempts=3)
        note_finished(PollKind.ORDER, 7)
    assert all_polls().get().attempts == 0
