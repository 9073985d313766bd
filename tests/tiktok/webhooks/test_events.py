"""The effects of TikTok's events: the same whatever the order, however often, and only for whom they concern."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Work
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import current_organization_id, organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import an_organization, connect
from tests.signed import (
    CAMPAIGN,
    VIDEO,
    delivery,
    hold,
    incident,
    linked,
    post,
    post_notice,
    removed,
)
from tests.working import check_due_grants, grant_checks
from tests.working import pump_delivery as pump
from tiktok.client import types
from tiktok.enums import AccountState
from tiktok.models import (
    Connection,
    Creator,
    LinkedVideo,
    MarketplaceAccount,
    ServiceIncident,
    WebhookDelivery,
)
from tiktok.services.connect import connect as connect_service
from tiktok.services.webhooks import events

pytestmark = pytest.mark.django_db
UPLOADED = datetime(2026, 1, 6, 9, 1, 58, 120000, tzinfo=UTC)
PUBLISHED = datetime(2026, 1, 6, 12, tzinfo=UTC)
uploaded = linked()
published = linked("tto_video_published", event_time="2026-01-06T12:00:00.000000Z")


def tell(*bodies: bytes) -> str:
    """TikTok tells, the worker listens; what is noted of the last one."""
    for body in bodies:
        assert post(body).status_code == 200
        assert pump()
    return note()


def note() -> str:
    latest = WebhookDelivery.objects.latest("pk")
    assert latest.processed_at is not None
    return latest.problem


def videos(organization: Organization) -> list[tuple]:
    with organization_scope(organization):
        rows = LinkedVideo.objects.order_by("pk")
        return list(rows.values_list("tiktok_video_id", "handle", "uploaded_at", "published_at"))


# --- linked videos -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("order", [(uploaded, published), (published, uploaded)])
def test_a_video_is_dated_alike_in_whatever_order_its_events_arrive(elm, order) -> None:
    hold(elm)
    assert tell(*(delivery(10, entry) for entry in order)) == ""
    assert videos(elm) == [(VIDEO, "maya.bakes", UPLOADED, PUBLISHED)]
    with organization_scope(elm):
        kept = LinkedVideo.objects.select_related("marketplace_account").get()
    assert (kept.tiktok_campaign_id, kept.marketplace_account.name) == (CAMPAIGN, "TikTok One")


def test_events_told_several_times_are_one_and_the_earliest_moment_wins(elm) -> None:
    hold(elm)
    later = linked(event_time="2026-01-06T10:00:00Z")
    tell(delivery(10, later, uploaded, uploaded), delivery(10, uploaded, later, published))
    assert videos(elm) == [(VIDEO, "maya.bakes", UPLOADED, PUBLISHED)]


def test_an_event_without_its_moment_happened_when_it_was_sent(elm) -> None:
    hold(elm)
    sent_at = int(time.time()) - 60
    tell(delivery(10, linked(event_time=None), sent_at=sent_at))
    assert videos(elm) == [(VIDEO, "maya.bakes", datetime.fromtimestamp(sent_at, tz=UTC), None)]


def test_a_creator_tiktok_could_not_name_at_first_is_named_later(elm) -> None:
    hold(elm)
    tell(delivery(10, linked(handle_name=None)))
    assert videos(elm) == [(VIDEO, "", UPLOADED, None)]
    tell(delivery(10, linked(handle_name="Maya.Bakes")))
    assert videos(elm) == [(VIDEO, "maya.bakes", UPLOADED, None)]


def test_a_handle_that_no_account_has_names_nobody(elm) -> None:
    hold(elm)
    tell(delivery(10, linked(handle_name="m" * 65)))
    assert videos(elm) == [(VIDEO, "", UPLOADED, None)]


def test_every_organization_with_the_account_keeps_its_own_and_no_other_sees_any(oak, elm) -> None:
    ash = Organization.objects.create(name="Ash", slug="ash")
    hold(elm)
    hold(ash)
    tell(delivery(10, uploaded))
    assert len(videos(elm)) == len(videos(ash)) == 1
    assert videos(oak) == []  # it has an account of its own


def test_an_account_nobody_has_or_nobody_has_any_more_is_left_aside(elm, caplog) -> None:
    hold(elm)
    with organization_scope(elm):
        MarketplaceAccount.objects.update(state=AccountState.DISCONNECTED)
    reported = tell(delivery(10, uploaded, linked(tto_tcm_account_id="9")))
    assert reported == "No organization has connected account 7401112223334445556, 9."
    assert "webhook.of_unknown_account" in caplog.text
    assert videos(elm) == []


def test_unknown_events_are_counted_and_do_not_take_their_neighbours_along(elm) -> None:
    hold(elm)
    strange = [linked("tto_video_removed"), linked(tto_tcm_account_id=None), {"x": 1}]
    assert tell(delivery(10, *strange, uploaded)) == "3 of 4 events are unknown to us."
    assert len(videos(elm)) == 1
    assert tell(delivery(1, {"lead": 1})) == "1 of 1 events are unknown to us."


@pytest.fixture
def heard(monkeypatch) -> list[tuple[int | None, str, str]]:
    """The calls to the apps above: (organization in scope, campaign, handle)."""
    reported: list[tuple[int | None, str, str]] = []

    def handler(campaign_id: str, handle: str) -> None:
        reported.append((current_organization_id(), campaign_id, handle))

    monkeypatch.setattr(events, "_linked_video_handlers", [handler])
    return reported


def test_who_asked_is_told_once_of_each_campaign_and_creator_and_of_news_only(elm, heard) -> None:
    hold(elm)
    entries = [uploaded, linked(video_id="2"), linked(video_id="3", handle_name=None)]
    tell(delivery(10, *entries))
    assert heard == [(elm.pk, CAMPAIGN, ""), (elm.pk, CAMPAIGN, "maya.bakes")]
    tell(delivery(10, uploaded))
    assert len(heard) == 2
    tell(delivery(10, published))
    assert heard[2:] == [(elm.pk, CAMPAIGN, "maya.bakes")]


def test_a_thousand_events_take_a_few_queries(elm, heard, django_assert_max_num_queries) -> None:
    hold(elm)
    post(delivery(10, *(linked(video_id=str(n)) for n in range(1000))))
    with django_assert_max_num_queries(30):
        pump()
    assert len(videos(elm)) == 1000


def test_what_an_event_costs_does_not_grow_with_the_organizations(elm) -> None:
    def cost(event: str) -> int:
        post(delivery(10, linked(event)))
        with CaptureQueriesContext(connection) as queries:
            pump()
        return len(queries)

    hold(elm)
    few = cost("tto_video_uploaded")
    for number in range(5):
        an_organization(f"Other{number}")  # each with an account of its own
    assert cost("tto_video_published") == few
    assert videos(elm) == [(VIDEO, "maya.bakes", UPLOADED, UPLOADED)]


def test_an_account_is_found_by_the_number_it_has_today(elm) -> None:
    hold(elm)
    with organization_scope(elm):
        account = MarketplaceAccount.objects.get()
        account.tiktok_account_id = "9"  # as ops may write it
        account.save()
    assert tell(delivery(10, linked(tto_tcm_account_id="9"))) == ""
    assert tell(delivery(10, published)) == (
        "No organization has connected account 7401112223334445556."
    )
    assert videos(elm) == [(VIDEO, "maya.bakes", UPLOADED, None)]


@pytest.mark.parametrize(
    "odd", [{"video_id": "9" * 41}, {"campaign_id": "9" * 41}, {"tto_tcm_account_id": "9" * 41}]
)
def test_an_id_that_no_column_holds_is_left_aside_and_takes_no_neighbour_along(elm, odd) -> None:
    hold(elm)
    assert tell(delivery(10, linked(**odd), uploaded)) == "1 of 2 events are unknown to us."
    assert len(videos(elm)) == 1


def test_a_sign_that_no_column_holds_is_left_out(elm) -> None:
    hold(elm)
    reported = tell(delivery(10, linked(handle_name="maya\0.bakes")))
    assert (reported, videos(elm)) == ("", [(VIDEO, "maya.bakes", UPLOADED, None)])
    reported = tell(delivery(14, incident("CREATE", incident_title="Slow\0 answers")))
    assert (reported, ServiceIncident.objects.get().title) == ("", "Slow answers")
    for body, words in [
        (removed("nobody\0", at=time.time()), "Nobody has connected this TikTok account here."),
        (b'{"event": "odd\\u0000"}', "The event odd is unknown to us."),
    ]:
        post_notice(body)
        assert pump()
        assert note() == words


def test_one_organizations_trouble_keeps_no_other_from_its_news(oak, elm, monkeypatch) -> None:
    def fail_in_oak(campaign_id: str, handle: str) -> None:
        if current_organization_id() == oak.pk:
            raise ZeroDivisionError("oak")

    monkeypatch.setattr(events, "_linked_video_handlers", [fail_in_oak])
    hold(oak)
    hold(elm)
    post(delivery(10, uploaded))
    pump()
    assert (len(videos(oak)), len(videos(elm))) == (0, 1)
    postpone = WebhookDelivery.objects.get()
    assert (postpone.processed_at, postpone.problem) == (None, "ZeroDivisionError: oak")

    monkeypatch.setattr(events, "_linked_video_handlers", [])
    Work.objects.update(due_at=timezone.now())
    pump()
    assert (len(videos(oak)), len(videos(elm))) == (1, 1)
    assert note() == ""


# --- TikTok's own trouble ----------------------------------------------------------------------------------------
def reader(organization: Organization) -> Client:
    person = User.objects.create_user("viewer@example.com")
    add_member(organization, person, role=Role.VIEWER, actor=None)
    client = Client()
    client.force_login(person)
    return client


def hear(django_capture_on_commit_callbacks, *bodies: bytes) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tell(*bodies)


def test_trouble_at_tiktok_stands_on_every_page_of_members_until_it_is_over(
    oak, django_capture_on_commit_callbacks
) -> None:
    page = reader(oak)
    assert "TikTok reports" not in page.get("/o/oak/").text

    began = incident("CREATE", incident_start_time=int(time.time()) - 600)
    hear(django_capture_on_commit_callbacks, delivery(14, began))
    for address in ("/o/oak/", "/o/oak/influencers/", "/o/oak/campaigns/"):
        text = page.get(address).text
        assert "TikTok reports a major disruption: Slow answers." in text
        assert ">10 minutes ago</time>" in text

    hear(django_capture_on_commit_callbacks, delivery(14, incident("RESOLVE")))
    assert "TikTok reports" not in page.get("/o/oak/").text


def test_the_banner_costs_a_query_a_minute_and_none_a_page(oak) -> None:
    page = reader(oak)
    page.get("/o/oak/influencers/")
    with CaptureQueriesContext(connection) as queries:
        page.get("/o/oak/influencers/")
    assert not [q for q in queries if "serviceincident" in q["sql"]]


@pytest.mark.parametrize(
    ("entry", "is_shown"),
    [
        ({"incident_products": ["ACCOUNTS_API"]}, True),
        ({"incident_products": ["ADS_API", "TIKTOK_ONE_API"]}, True),
        ({"incident_products": []}, True),
        ({"incident_products": ["ADS_API"]}, False),
    ],
)
def test_only_trouble_with_what_we_use_is_shown(oak, entry, is_shown) -> None:
    tell(delivery(14, incident("CREATE", **entry)))
    assert ("TikTok reports" in reader(oak).get("/o/oak/").text) is is_shown


def test_trouble_of_which_nothing_is_heard_for_a_week_is_no_longer_shown(oak) -> None:
    tell(delivery(14, incident("CREATE")))
    ServiceIncident.objects.update(updated_at=timezone.now() - timedelta(days=8))
    assert "TikTok reports" not in reader(oak).get("/o/oak/").text


def test_an_incident_is_kept_though_the_banner_cannot_be_refreshed(
    oak, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    def away(name: str) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(events.cache, "delete", away)
    hear(django_capture_on_commit_callbacks, delivery(14, incident("CREATE")))
    assert note() == ""
    assert ServiceIncident.objects.count() == 1


def test_a_page_does_without_redis(oak, settings) -> None:
    tell(delivery(14, incident("CREATE")))
    page = reader(oak)
    nobody_listens = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9"}
    settings.CACHES = {"default": nobody_listens}
    assert "TikTok reports" in page.get("/o/oak/").text


NOON = int(datetime.now(UTC).timestamp()) - 7200
CREATE = delivery(14, incident("CREATE", incident_title="Slow"), sent_at=NOON)
UPDATE = delivery(14, incident("UPDATE", incident_title="Slower", incident_detail="All regions."), sent_at=NOON + 60)  # fmt: skip
RESOLVE = delivery(14, incident("RESOLVE", incident_title="Slower", incident_resolve_time=NOON + 100), sent_at=NOON + 120)  # fmt: skip


@pytest.mark.parametrize(
    "order",
    [
        (CREATE, UPDATE, RESOLVE),
        (RESOLVE, UPDATE, CREATE),
        (UPDATE, RESOLVE, CREATE),
        (RESOLVE, CREATE, UPDATE, RESOLVE + b" "),
    ],
)
def test_an_incident_ends_up_the_same_in_whatever_order_it_is_told(order) -> None:
    tell(*order)
    reported = ServiceIncident.objects.get()
    assert (reported.tiktok_incident_id, reported.title, reported.detail) == (
        "5",
        "Slower",
        "All regions.",
    )
    assert reported.resolved_at == datetime.fromtimestamp(NOON + 100, tz=UTC)
    assert reported.updated_at == datetime.fromtimestamp(NOON + 120, tz=UTC)
    assert (reported.products, reported.level) == (["TIKTOK_ONE_API"], "MAJOR_DISRUPTION")
    assert reported.started_at == datetime(2026, 1, 6, 8, tzinfo=UTC)


# --- a creator has left ------------------------------------------------------------------------------------------
@pytest.fixture
def connected(tiktok, oak, maya) -> Connection:
    return connect(tiktok, maya, oak, "maya.bakes")


def leave(grant: Connection, *, after: float, reason: int = 1) -> str:
    """Login Kit tells that the permission ended so many seconds after it was given."""
    at = grant.connected_at.timestamp() + after
    assert post_notice(removed(grant.open_id, at=at, reason=reason)).status_code == 200
    assert pump()
    grant.refresh_from_db()
    return note()


def test_a_removed_permission_ends_the_grant_and_deletes_what_came_only_through_it(
    oak, connected
) -> None:
    with organization_scope(oak):
        assert Creator.objects.get().audience_countries
    assert leave(connected, after=90) == ""
    assert (connected.state, connected.state_reason) == (
        "revoked",
        "The creator withdrew the permission at TikTok.",
    )
    assert connected.sealed_access_token == connected.sealed_refresh_token == ""
    with organization_scope(oak):
        creator = Creator.objects.get()
        event = Event.objects.select_related("text").latest("pk")
    assert (creator.audience_countries, creator.average_views) == (None, None)
    assert creator.follower_count == 184_220  # public in the marketplace
    assert (event.verb, event.actor) == ("connection.revoked", None)
    assert event.texts["reason"] == connected.state_reason


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (0, "The permission was withdrawn at TikTok."),
        (2, "The TikTok account was deleted."),
        (3, "TikTok ended the permission: the age of the account's owner has changed."),
        (4, "TikTok has banned the account."),
        (5, "The permission was ended at TikTok on our behalf."),
        (9, "The permission was withdrawn at TikTok."),
    ],
)
def test_every_reason_has_its_words(connected, reason, words) -> None:
    leave(connected, after=90, reason=reason)
    assert connected.state_reason == words


def test_a_removal_told_late_does_not_kill_a_fresh_reconnect(tiktok, oak, maya, connected) -> None:
    Connection.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    again = connect(tiktok, maya, oak, "maya.bakes")
    assert leave(again, after=-1800) == events.CONNECTED_SINCE
    assert again.is_live
    assert check_due_grants() == 1  # TikTok is asked, and says that it stands
    again.refresh_from_db()
    assert again.is_live
    with organization_scope(oak):
        assert Creator.objects.get().audience_countries


def test_a_removal_within_a_minute_of_connecting_is_looked_into_at_once(tiktok, connected) -> None:
    """A reconnect may be younger than the removal though our clock says otherwise: TikTok knows."""
    tiktok.control("revoke", handle="maya.bakes")
    assert leave(connected, after=50) == events.CONNECTED_SINCE
    assert connected.is_live
    assert check_due_grants() == 1
    connected.refresh_from_db()
    assert (connected.state, connected.sealed_access_token) == ("revoked", "")


def test_a_removal_told_while_the_creator_reconnects_ends_the_old_grant_alone(
    tiktok, oak, maya, connected, monkeypatch
) -> None:
    Connection.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    connected.refresh_from_db()
    read = connect_service._who_is_it

    def slow(grant: types.Grant) -> types.Profile:
        assert leave(connected, after=1800) == ""
        assert not connected.is_live
        return read(grant)

    monkeypatch.setattr(connect_service, "_who_is_it", slow)
    again = connect(tiktok, maya, oak, "maya.bakes")
    assert (again.pk, again.state, again.state_reason) == (connected.pk, "active", "")
    with organization_scope(oak):
        assert Creator.objects.get().audience_countries


def test_a_doubt_does_not_take_a_grant_from_whoever_looks_after_it(connected) -> None:
    under_way, later = timezone.now() + timedelta(minutes=5), timezone.now() + timedelta(hours=20)
    grant_checks().update(lease_until=under_way, due_at=later)
    leave(connected, after=0)
    assert grant_checks().get().due_at == later


def test_a_second_removal_changes_nothing_more(oak, connected) -> None:
    leave(connected, after=90)
    with organization_scope(oak):
        before = Event.objects.count()
    assert leave(connected, after=91, reason=4) == "The connection had ended already."
    assert connected.state_reason == "The creator withdrew the permission at TikTok."
    with organization_scope(oak):
        assert Event.objects.count() == before


def test_a_stranger_and_an_unknown_notice_are_noted() -> None:
    post_notice(removed("nobody", at=time.time()))
    pump()
    assert note() == "Nobody has connected this TikTok account here."
    post_notice(b'{"event": "post.publish.complete", "user_openid": "o"}')
    pump()
    assert note() == "The event post.publish.complete is unknown to us."


def news_of_a_publication(open_id: str) -> bytes:
    content = json.dumps({"publish_id": "v_pub_url~v1.2345", "publish_type": "DIRECT_PUBLISH"})
    notice = {"event": "post.publish.complete", "user_openid": open_id, "content": content}
    return json.dumps(notice).encode()


def test_news_of_a_publication_reaches_every_organization_of_the_creator(
    oak, connected, monkeypatch
) -> None:
    heard: list[tuple[int | None, str]] = []
    monkeypatch.setattr(events, "_publication_handlers", [])
    events.on_publication(lambda share_id: heard.append((current_organization_id(), share_id)))
    for _ in range(2):
        post_notice(news_of_a_publication(connected.open_id))
    pump()
    assert (note(), heard) == ("", [(oak.pk, "v_pub_url~v1.2345")])
    post_notice(news_of_a_publication("nobody"))
    pump()
    assert note() == events.NOT_CONNECTED
