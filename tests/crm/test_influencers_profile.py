"""The influencer's page: every number or its reason, and what may be done about it by whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Influencer, SocialAccount
from crm.queries import account_panel, found, influencer_row
from jobs.models import Work
from jobs.services.queue import JUST_NOW
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.crm import (
    ConsentFactory,
    InfluencerFactory,
    TikTokAccountFactory,
    an_authenticated_account,
)
from tests.mailing import sent_mail
from tests.sandbox_process import Sandbox
from tests.submitting import submit
from tests.working import all_polls, behave, pump
from tiktok.availability import ASK_TO_AUTHENTICATE, NOT_TRACKED
from tiktok.enums import AccountMetric, MarketplaceStatus, PollKind, PostponedReason, Source
from tiktok.errors import (
    AnswerUnreadable,
    CallsUncounted,
    ConnectionEnded,
    GrantBeingRenewed,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    SealBroken,
    TikTokBusy,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.limits import pause
from tiktok.models import Connection, Creator, CreatorSnapshot, Video

pytestmark = pytest.mark.django_db


def at(account: SocialAccount, rest: str = "") -> str:
    return f"/o/oak/influencers/{account.influencer_id}/{rest}"


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def maya(oak: Organization) -> SocialAccount:
    """A creator in the marketplace, not authenticated, synced two hours ago."""
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            influencer__name="Maya",
            creator__handle="maya.bakes",
            creator__follower_count=184_220,
            creator__like_count=0,
            creator__profile_source=Source.PUBLIC,
            creator__profile_fetched_at=timezone.now() - timedelta(hours=2, minutes=1),
        )
        Work.objects.create(
            organization=oak,
            kind=PollKind.PROFILE,
            subject_id=account.creator_id,
            due_at=timezone.now() + timedelta(hours=22, minutes=1),
        )
        return account


@pytest.fixture
def tom(oak: Organization) -> SocialAccount:
    """Unsupported."""
    with organization_scope(oak):
        return TikTokAccountFactory.create(
            influencer__name="Tom",
            creator__handle="tom_trails",
            creator__marketplace_status=MarketplaceStatus.NOT_IN,
        )


def test_every_metric_stands_on_the_page_with_value_source_and_time_or_reason_and_remedy(
    maya: SocialAccount, manager: Client
) -> None:
    page = text(manager, at(maya))
    for metric in set(AccountMetric) - {AccountMetric.PROFILE_IMAGE}:
        assert metric.label.lower() in page.lower()
    assert "184.2K" in page
    assert "TikTok Creator Marketplace" in page
    assert "2 hours ago" in page
    assert "in 22 hours" in page
    assert "Connect to see 8 more numbers:" in page
    assert page.count(f'href="{at(maya, f"accounts/{maya.pk}/ask/")}"') == 1
    assert page.count(ASK_TO_AUTHENTICATE) == 1  # of the audience: one sentence for its four parts
    assert "TikTok tells ages and genders apart" not in page  # there are none
    assert ' is-half" title=' in page  # a ring, as in the list: not connected yet
    assert "TikTok has not reported this yet." in page  # videos: available, not there yet


def test_a_count_of_zero_is_a_number_and_not_missing(maya: SocialAccount, viewer: Client) -> None:
    page = text(viewer, at(maya))
    assert '>Likes</p> <p class="stat-line"> <span class="stat-value">0</span>' in page


def test_an_authenticated_account_shows_audience_shares_as_bars(
    oak: Organization, viewer: Client, manager: Client
) -> None:
    with organization_scope(oak):
        account = an_authenticated_account(
            creator__audience_genders=[
                {"name": "FEMALE", "fraction": 0.6},
                {"name": "MALE", "fraction": 0.4},
            ],
            creator__audience_locales=[{"name": "CA", "fraction": 1.0}],
            creator__creator_rate_amount="450",
            creator__creator_rate_currency="GBP",
            creator__profile_source=Source.AUTHORIZED,
            creator__profile_fetched_at=timezone.now(),
        )
    page = text(viewer, at(account))
    assert "share-fill" in page
    assert "60.0" in page
    assert "California" in page
    assert "TikTok tells ages and genders apart" in page
    assert "450.00" not in page
    seen = text(manager, at(account))
    assert "450.00" in seen
    assert "GBP" in seen
    assert "TikTok, authorized" in page
    assert "Authenticated" in page


def test_an_unsupported_account_says_why_and_offers_both_ways(
    tom: SocialAccount, manager: Client, viewer: Client
) -> None:
    page = text(manager, at(tom))
    assert NOT_TRACKED in page
    assert "Invite to the marketplace" in page
    assert "Ask the creator to connect" in page
    assert "Refresh now" in page

    seen = text(viewer, at(tom))
    assert NOT_TRACKED in seen
    for button in (
        "Invite to the marketplace<",
        "Ask the creator to connect<",
        "Refresh now",
        "Edit<",
    ):
        assert button not in seen


def test_an_ended_grant_shows_that_a_reconnect_is_needed(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        ConsentFactory.create(creator=maya.creator, state="revoked")
    page = text(viewer, at(maya))
    assert "Reconnect needed" in page
    assert "Not authenticated" in page


def test_gaps_in_the_history_stay_gaps(maya: SocialAccount, oak: Organization) -> None:
    def fact(day: int, followers: int | None) -> None:
        moment = datetime(2026, 11, day, tzinfo=UTC)
        CreatorSnapshot.objects.create(
            creator_id=maya.creator_id,
            source=Source.PUBLIC,
            bucket_at=moment,
            fetched_at=moment,
            follower_count=followers,
        )

    with organization_scope(oak):
        for day, followers in ((1, 10), (2, 11), (3, None), (6, 20)):
            fact(day, followers)
        (view,) = influencer_row(maya.influencer, released=True).accounts
        assert account_panel(view).followers == [
            (date(2026, 11, 1), 10),
            (date(2026, 11, 2), 11),
            (date(2026, 11, 3), None),
            (date(2026, 11, 6), 20),
        ]


def test_a_day_of_two_readings_is_one_point_and_no_chart(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    """On the day somebody connects TikTok tells of the account twice; a line was drawn from that day to itself."""
    with organization_scope(oak):
        for hour, source in ((8, Source.PUBLIC), (12, Source.AUTHORIZED)):
            moment = datetime(2026, 11, 1, hour, tzinfo=UTC)
            CreatorSnapshot.objects.create(
                creator_id=maya.creator_id,
                source=source,
                bucket_at=moment,
                fetched_at=moment,
                follower_count=hour,
            )
    page = main_text(viewer, at(maya))
    assert "Followers 12 (1 Nov 2026). The chart begins with the second reading." in page


def test_the_latest_videos_are_listed_with_source_and_time(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        for number in range(9):
            Video.objects.create(
                creator=maya.creator,
                tiktok_video_id=str(number),
                source=Source.PUBLIC,
                counts_source=Source.PUBLIC,
                counts_fetched_at=timezone.now(),
                published_at=timezone.now() - timedelta(days=number),
                caption=f"Clip {number}",
                url=f"https://www.tiktok.com/@maya.bakes/video/{number}",
                video_views=1234 if number == 0 else None,
            )
    page = text(viewer, at(maya))
    assert [f"Clip {number}" in page for number in range(9)] == [True] * 8 + [False]
    assert "1.2K" in page
    assert "cover is-grid" in page
    table = text(viewer, at(maya) + "?videos=table")
    assert "cover is-row" in table
    assert "Numbers from" in table


def test_the_page_costs_the_same_for_any_history(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    viewer.get(at(maya))  # the first opening is remembered for the palette
    before = queries_in(viewer, at(maya))
    with organization_scope(oak):
        for day in range(1, 20):
            moment = datetime(2026, 11, day, tzinfo=UTC)
            CreatorSnapshot.objects.create(
                creator_id=maya.creator_id,
                source=Source.PUBLIC,
                bucket_at=moment,
                fetched_at=moment,
                follower_count=day,
            )
    assert queries_in(viewer, at(maya)) == before <= 12


def test_refresh_asks_tiktok_and_says_so(
    maya: SocialAccount, manager: Client, oak: Organization, tiktok: Sandbox
) -> None:
    page = manager.post(at(maya, f"accounts/{maya.pk}/refresh/"), follow=True).content.decode()
    assert "@maya.bakes was updated just now." in page
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert creator.display_name == "Maya Bakes"
        assert Influencer.objects.get().name == "Maya"
        poll = all_polls().get(kind=PollKind.PROFILE)
        assert poll.due_at > timezone.now() + timedelta(hours=23)


def test_refresh_shows_tiktoks_problem(maya: SocialAccount, manager: Client, settings: Any) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    page = manager.post(at(maya, f"accounts/{maya.pk}/refresh/"), follow=True).content.decode()
    assert "TikTok could not be reached" in page


def test_one_click_invites_to_the_marketplace(
    tom: SocialAccount, manager: Client, oak: Organization, tiktok: Sandbox
) -> None:
    url = at(tom, f"accounts/{tom.pk}/invite/")
    assert "Invite to the marketplace" in text(manager, url)
    for _ in range(2):
        page = manager.post(url, follow=True).content.decode()
        assert "@tom_trails is invited to the Creator Marketplace" in page
    assert "Non-TTCM · Not authenticated · Invited" in page
    assert "Invite to the marketplace<" not in page


def test_a_rejected_invitation_says_tiktoks_reason(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__handle="nosuch", creator__marketplace_status=MarketplaceStatus.NOT_IN
        )
    page = manager.post(at(account, f"accounts/{account.pk}/invite/"), follow=True).content.decode()
    assert "TikTok did not invite @nosuch:" in page
    assert "TikTok refused the invitation to the marketplace:" in page


def test_asking_needs_an_address_and_keeps_what_was_typed(
    tom: SocialAccount, manager: Client
) -> None:
    url = at(tom, f"accounts/{tom.pk}/ask/")
    assert "E-mail address of the creator" in text(manager, url)
    for wrong, sentence in (
        ("", "Enter the creator"),
        ("tom@", "This is not an e-mail address"),
    ):
        answer = manager.post(url, {"email": wrong})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert f'value="{wrong}"' in answer.content.decode() or not wrong
    assert sent_mail() == []

    page = manager.post(url, {"email": "tom@example.com"}, follow=True).content.decode()
    assert "The link to connect @tom_trails went to tom@example.com." in page
    assert "Can sign in as tom@example.com" in page
    assert "goes to <strong>tom@example.com" in text(manager, url)


def test_dialogs_are_fragments_and_send_the_browser_on(tom: SocialAccount, manager: Client) -> None:
    url, htmx = at(tom, f"accounts/{tom.pk}/ask/"), {"HX-Request": "true"}
    page = manager.get(url, headers=htmx).content.decode()
    assert "dialog-panel" in page
    assert "<html" not in page
    answer = manager.post(url, {"email": "tom@example.com"}, headers=htmx)
    assert answer["HX-Redirect"] == at(tom)


def test_particulars_can_be_edited(maya: SocialAccount, manager: Client, oak: Organization) -> None:
    url = at(maya, "edit/")
    form = {"name": "Máya", "email": "maya@example.com", "country": "GB", "language": "en-gb"}
    answer = manager.post(url, {**form, "country": "GBR"})
    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()
    assert 'value="Máya"' in answer.content.decode()

    submit(manager, url, form)
    with organization_scope(oak):
        influencer = Influencer.objects.get()
        assert (influencer.name, influencer.country, influencer.language) == ("Máya", "GB", "en-gb")
        assert influencer.sort_name == "maya"
        assert set(found(Influencer.objects.all(), "maya@example.com")) == {influencer}


def test_countries_are_chosen_by_name_and_an_unknown_one_is_kept(
    maya: SocialAccount, manager: Client, oak: Organization
) -> None:
    url = at(maya, "edit/")
    with organization_scope(oak):
        Influencer.objects.update(country="ZZ")
    page = text(manager, url)
    assert '<option value="ZZ" selected>ZZ</option>' in page
    names = re.findall(r'<option value="[A-Z]{2}">([^<]+)</option>', page)
    assert names.index("Åland Islands") < names.index("Albania") < names.index("Zimbabwe")

    submit(manager, url, {"name": "Maya", "country": "ZZ"})
    with organization_scope(oak):
        assert Influencer.objects.get().country == "ZZ"
    submit(manager, url, {"name": "Maya", "country": "CI"})
    with organization_scope(oak):
        assert Influencer.objects.get().country == "CI"
    assert '<option value="CI" selected>Côte d’Ivoire</option>' in text(manager, url)
    assert '<option value="ZZ"' not in text(manager, url)


ACTIONS = ("edit/", "accounts/{pk}/refresh/", "accounts/{pk}/invite/", "accounts/{pk}/ask/")


def test_viewers_may_post_nothing(tom: SocialAccount, viewer: Client) -> None:
    for action in ACTIONS:
        assert viewer.post(at(tom, action.format(pk=tom.pk))).status_code == 403
    for action in ("add/", "add/invite/", "add/ask/"):
        assert viewer.post(f"/o/oak/influencers/{action}").status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
def test_another_organizations_influencer_answers_as_an_absent_one(
    oak: Organization, elm: Organization, signed_in: Callable[[Role], Client], role: Role
) -> None:
    with organization_scope(elm):
        foreign = TikTokAccountFactory.create()
    with organization_scope(oak):
        own = TikTokAccountFactory.create()
    client = signed_in(role)
    assert (
        client.get(at(foreign)).status_code
        == client.get("/o/oak/influencers/0/").status_code
        == 404
    )
    if role == Role.OWNER:
        for action in ACTIONS:
            assert client.post(at(foreign, action.format(pk=foreign.pk))).status_code == 404
            if "accounts" in action:
                assert client.post(at(own, action.format(pk=foreign.pk))).status_code == 404


def test_an_influencer_without_account_says_what_is_awaited(
    oak: Organization, viewer: Client
) -> None:
    with organization_scope(oak):
        influencer = InfluencerFactory.create()
    page = text(viewer, f"/o/oak/influencers/{influencer.pk}/")
    assert "No TikTok account yet" in page
    assert "Add account" not in page


# --- when it was synced, and when next --------------------------------------------------------------------------
POSTPONED = [
    (TikTokBusy(300), PostponedReason.LIMIT_REACHED, "TikTok's request limit is reached"),
    (CallsUncounted(60), PostponedReason.UNCOUNTED, "requests to TikTok cannot be counted just now"),
    (GrantBeingRenewed(60), PostponedReason.BEING_RENEWED, "the permission is being renewed with TikTok"),
    (TikTokUnavailable(), PostponedReason.NO_ANSWER, "TikTok did not answer"),
    (AnswerUnreadable(), PostponedReason.UNREADABLE, "TikTok's answer could not be read"),
    (TikTokRefused("No, Maya."), PostponedReason.REFUSED, "TikTok refused the request"),
    (NoMarketplaceAccount(), PostponedReason.NO_ACCOUNT, "no TikTok account is connected in the organization's settings"),
    (MarketplaceAccessEnded(), PostponedReason.ACCESS_ENDED, "TikTok no longer accepts the account connected in the organization's settings"),
    (ConnectionEnded("revoked"), PostponedReason.GRANT_ENDED, "the influencer has to connect their TikTok account again"),
    (SealBroken("k1"), PostponedReason.SEALED, "a stored permission does not open and has to be given again"),
    (ZeroDivisionError(), PostponedReason.DEFECT, "something went wrong on our side"),
]  # fmt: skip


def main_text(client: Client, url: str) -> str:
    """The text that a reader sees, on one line."""
    page = text(client, url)
    plain = re.sub(r"<[^>]+>", "", page[page.index("<main") : page.index("</main>")])
    return " ".join(unescape(plain).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize(
    ("fields", "following"),
    [
        ({}, "Next update in 22 hours."),
        ({"due_at": timedelta(seconds=50)}, "Next update in 1 minute."),
        ({"due_at": timedelta(0)}, "Next update within minutes."),
        ({"lease_until": timedelta(minutes=4)}, "Updating now…"),
        ({"stopped_reason": "It is settled."}, "Tracking stopped: It is settled."),
    ],
    ids=["planned", "soon", "due", "under way", "stopped"],
)
def test_an_account_says_when_it_was_synced_and_when_next(
    maya: SocialAccount, viewer: Client, fields: dict[str, Any], following: str
) -> None:
    now = timezone.now()
    moments = {k: now + v if isinstance(v, timedelta) else v for k, v in fields.items()}
    all_polls().update(**moments)
    assert f"Updated 2 hours ago. {following}" in main_text(viewer, at(maya))
    viewer.post("/o/oak/influencers/columns/", {"order": ["updated"], "shown": ["updated"]})
    assert f"2 hours ago {following}" in main_text(viewer, "/o/oak/influencers/")


def test_what_is_due_waits_for_the_end_of_a_pause(maya: SocialAccount, viewer: Client) -> None:
    all_polls().update(due_at=timezone.now())
    pause(300)
    ends_at = timezone.now() + timedelta(seconds=300)
    page = main_text(viewer, at(maya))
    said = re.search(
        r"Waits until (\d\d:\d\d) UTC because TikTok's request limit is reached\.", page
    )
    assert said is not None
    assert said[1] in {f"{ends_at - timedelta(minutes=n):%H:%M}" for n in (0, 1)}


@pytest.mark.parametrize(
    ("problem", "word", "why"),
    POSTPONED,
    ids=[word for _, word, _ in POSTPONED],
)
def test_a_sync_that_is_postponed_says_until_when_and_why(
    maya: SocialAccount,
    viewer: Client,
    monkeypatch: pytest.MonkeyPatch,
    problem: Exception,
    word: PostponedReason,
    why: str,
) -> None:
    behave(monkeypatch, PollKind.PROFILE, Mock(side_effect=problem))
    all_polls().update(due_at=timezone.now())

    assert pump() == 1

    poll = all_polls().get()
    assert poll.postponed_reason == word
    following = f"Postponed until {poll.due_at:%H:%M} UTC because {why}."
    assert f"Updated 2 hours ago. {following}" in main_text(viewer, at(maya))
    viewer.post("/o/oak/influencers/columns/", {"order": ["updated"], "shown": ["updated"]})
    assert f"2 hours ago {following}" in main_text(viewer, "/o/oak/influencers/")


def test_every_trouble_is_said() -> None:
    assert [word for _, word, _ in POSTPONED] == list(PostponedReason)


def test_the_two_syncs_of_an_authenticated_account_are_told_apart(
    oak: Organization, viewer: Client
) -> None:
    now = timezone.now()
    with organization_scope(oak):
        account = an_authenticated_account(
            creator__profile_source=Source.PUBLIC,
            creator__profile_fetched_at=now - timedelta(hours=3, minutes=1),
            creator__insights_fetched_at=now - timedelta(days=2, minutes=1),
        )
        for kind, due in (
            (PollKind.PROFILE, timedelta(hours=21)),
            (PollKind.INSIGHTS, timedelta(days=5)),
        ):
            Work.objects.create(
                organization=oak,
                kind=kind,
                subject_id=account.creator_id,
                due_at=now + due + timedelta(minutes=1),
            )
    page = main_text(viewer, at(account))
    assert "Updated 3 hours ago. Next update in 21 hours." in page
    assert "Audience and averages: Updated 2 days ago. Next update in 5 days." in page


def test_an_unsupported_account_is_not_synced_any_more_an_invited_one_daily(
    tom: SocialAccount, viewer: Client, oak: Organization
) -> None:
    sentence = "Tracking stopped: TikTok no longer lets us track the account."
    assert sentence in main_text(viewer, at(tom))
    Work.objects.create(
        organization=oak,
        kind=PollKind.MEMBERSHIP,
        subject_id=tom.creator_id,
        due_at=timezone.now() + timedelta(hours=5, minutes=1),
    )
    assert "Next update in 5 hours." in main_text(viewer, at(tom))


def test_a_weekly_sync_that_was_not_missed_leaves_no_gap(oak: Organization) -> None:
    with organization_scope(oak):
        account = an_authenticated_account(creator__marketplace_status=MarketplaceStatus.NOT_IN)
        for day in (1, 8, 16, 30):
            moment = datetime(2026, 11, day, tzinfo=UTC)
            CreatorSnapshot.objects.create(
                creator_id=account.creator_id,
                source=Source.AUTHORIZED,
                bucket_at=moment,
                fetched_at=moment,
                follower_count=day,
            )
        (view,) = influencer_row(account.influencer, released=True).accounts
        counts = [followers for _, followers in account_panel(view).followers]
    assert counts == [1, 8, 16, None, 30]


def test_a_refresh_asked_for_twice_asks_tiktok_once_and_says_so(
    maya: SocialAccount, manager: Client, tiktok: Sandbox
) -> None:
    url = at(maya, f"accounts/{maya.pk}/refresh/")
    manager.post(url)
    tiktok.control("stats")
    page = manager.post(url, follow=True).content.decode()
    assert re.search(r"Checked \d s ago. You can refresh again in \d+ s.", page)
    with organization_scope(maya.organization):
        work = Work.objects.get(kind=PollKind.PROFILE)
    assert work.last_finished_at is not None
    assert work.due_at == work.last_finished_at + JUST_NOW  # TikTok is asked once more then
    assert tiktok.read("stats")["calls"] == {}


# --- one account at a time, its past, and what to do next -------------------------------------------------------
def test_one_account_is_shown_at_a_time_and_all_can_be_chosen(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        second = TikTokAccountFactory.create(
            influencer=maya.influencer,
            creator__handle="maya.travels",
            creator__follower_count=777,
            creator__profile_source=Source.PUBLIC,
            creator__profile_fetched_at=timezone.now(),
        )
    page = text(viewer, at(maya))  # the latest is the first
    assert ">777<" in page
    assert "184.2K" not in page
    assert f'href="?account={maya.pk}"' in page
    for wanted, shown in ((maya.pk, "184.2K"), (second.pk, ">777<"), ("nobody", ">777<")):
        assert shown in text(viewer, f"{at(maya)}?account={wanted}")


@pytest.mark.parametrize(
    ("change", "said"),
    [("7", "up ▲ 25.0 %"), ("30", "down ▼ 50.0 %"), ("90", ""), ("wrong", "down ▼ 50.0 %")],
)
def test_a_number_says_how_it_has_changed(
    maya: SocialAccount, viewer: Client, oak: Organization, change: str, said: str
) -> None:
    with organization_scope(oak):
        for day, followers in ((1, 200), (24, 80), (31, 100)):
            moment = datetime(2026, 10, day, tzinfo=UTC)
            CreatorSnapshot.objects.create(
                creator_id=maya.creator_id,
                source=Source.PUBLIC,
                bucket_at=moment,
                fetched_at=moment,
                follower_count=followers,
            )
        Creator.objects.update(follower_count=100)
    page = main_text(viewer, f"{at(maya)}?change={change}")
    assert ("Followers 100 " + said).strip() in page
    assert bool(said) == ("▲" in page or "▼" in page)


def test_the_chart_shows_the_chosen_number_and_period(
    maya: SocialAccount, viewer: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        for moment, likes in (
            (datetime(2024, 1, 2, tzinfo=UTC), 4),
            (datetime(2026, 10, 1, tzinfo=UTC), 5),
            (datetime(2026, 10, 25, tzinfo=UTC), 6),
            (datetime(2026, 10, 31, tzinfo=UTC), 7),
        ):
            CreatorSnapshot.objects.create(
                creator_id=maya.creator_id,
                source=Source.PUBLIC,
                bucket_at=moment,
                fetched_at=moment,
                like_count=likes,
            )
    page = main_text(viewer, f"{at(maya)}?chart=like_count&period=7")
    assert "Likes over time" in page
    assert "25 Oct 2026" in page
    assert " 1 Oct 2026" not in page
    assert " 1 Oct 2026" in main_text(viewer, f"{at(maya)}?chart=like_count&period=wrong")
    assert "2 Jan 2024" not in main_text(viewer, f"{at(maya)}?chart=like_count&period=365")
    assert "2 Jan 2024" in main_text(viewer, f"{at(maya)}?chart=like_count&period=0")
    assert "No numbers in this period." in main_text(viewer, f"{at(maya)}?chart=wrong")


@pytest.mark.parametrize(("days", "is_said"), [(12, True), (31, False)])
def test_a_permission_that_ends_soon_is_the_next_thing_to_do(
    oak: Organization, manager: Client, days: int, is_said: bool
) -> None:
    with organization_scope(oak):
        account = an_authenticated_account()
        ends_at = timezone.now() + timedelta(days=days)
        Connection.objects.update(refresh_expires_at=ends_at)
    page = main_text(manager, at(account))
    assert f"Marketplace · Authenticated until {ends_at.day} {ends_at:%b %Y}" in page
    assert (f"The permission ends on {ends_at.day} {ends_at:%b}." in page) == is_said
    assert ("Not asked yet." in page) == is_said


def test_the_banner_says_when_they_were_asked(tom: SocialAccount, manager: Client) -> None:
    manager.post(at(tom, f"accounts/{tom.pk}/ask/"), {"email": "tom@example.com"})
    page = main_text(manager, at(tom))
    assert "Asked by e-mail just now. The e-mail is on its way." in page
    assert "Remind the creator" in page
