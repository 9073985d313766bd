"""The lists of orders, influencers and drafts of a campaign: searched, narrowed, sorted, paged and saved as files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState, ParticipantState, ReplyKind
from campaigns.models import Campaign, Order, Participant, Review, ReviewVersion
from campaigns.queries.order_list import Asked, narrowed_page, order_lines
from campaigns.queries.participant_list import (
    ParticipantsAsked,
    participant_lines,
    participants_page,
)
from campaigns.queries.reviews import ReviewsAsked, reviews_page
from campaigns.services.orders.contact.replies import say
from crm.models import Influencer, SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event
from tests.campaigns.test_campaigns_pages import base, queries
from tests.factories.campaigns import a_participant, an_order
from tests.factories.networks import a_network_account
from tiktok.models import Creator

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = NOW.date()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def orders(campaign: Campaign) -> dict[str, Order]:
    """Three orders: Maya's is overdue, Rio's has the date of the campaign, Zoë's has none."""
    found = {}
    for n, (handle, state, due_on) in enumerate(
        (("maya", "sent", in_days(-1)), ("rio", "accepted", None), ("zoe", "created", None))
    ):
        account = a_participant(campaign, handle, email="" if handle == "zoe" else f"{handle}@x.example")  # fmt: skip
        found[handle] = an_order(
            campaign, account, state=state, due_on=due_on, video_count=n, video_limit=3,
            state_at=NOW - timedelta(days=n),
        )  # fmt: skip
    Influencer.objects.filter(name="Zoe").update(name="Zoë")
    Participant.objects.filter(account__handle="rio").update(due_on=in_days(5))
    return found


def shown(campaign: Campaign, **asked: str) -> list[str]:
    return [order.account.handle for order in narrowed_page(campaign, Asked.of(asked), "").rows]


def exported(client: Client, address: str, query: str = "") -> list[dict[str, str]]:
    answer = client.post(f"{address}export/{query}", {"format": "csv"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


# --- orders --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sort", "handles"),
    [
        ("creator", ["maya", "rio", "zoe"]),
        ("-creator", ["zoe", "rio", "maya"]),
        ("-state_at", ["maya", "rio", "zoe"]),
        ("state_at", ["zoe", "rio", "maya"]),
        ("-videos", ["zoe", "rio", "maya"]),
        ("due", ["maya", "rio", "zoe"]),
        ("-due", ["rio", "maya", "zoe"]),
        ("nonsense", ["zoe", "rio", "maya"]),
    ],
)
def test_orders_are_sorted_by_each_number_and_date(
    campaign: Campaign, orders: dict[str, Order], sort: str, handles: list[str]
) -> None:
    assert shown(campaign, sort=sort) == handles


def test_orders_are_searched_and_narrowed(campaign: Campaign, orders: dict[str, Order]) -> None:
    assert shown(campaign, q="zoë") == shown(campaign, q="ZOE\0") == ["zoe"]
    assert shown(campaign, q="nobody") == []
    assert shown(campaign, state="no_address") == ["zoe"]
    assert shown(campaign, state="overdue") == ["maya"]
    assert shown(campaign, due=in_days(-1).isoformat()) == ["maya"]
    assert shown(campaign, due=in_days(1).isoformat()) == []
    assert shown(campaign, due="tomorrow") == ["zoe", "rio", "maya"]
    say(orders["rio"], ReplyKind.QUIET)
    say(orders["maya"], ReplyKind.QUESTION, text="When?")
    assert shown(campaign, said="unanswered") == ["maya"]
    assert shown(campaign, said="anything") == ["rio", "maya"]
    Review.objects.create(campaign=campaign, order=orders["rio"], state="submitted")
    assert shown(campaign, said="draft") == ["rio"]
    Order.objects.update(state=OrderState.CANCELLED)
    assert shown(campaign, said="draft") == []


@pytest.mark.parametrize("sort", ["", "due", "-due", "creator", "-videos"])
def test_every_order_stands_on_one_page_whatever_the_order(
    campaign: Campaign, orders: dict[str, Order], sort: str
) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = narrowed_page(campaign, Asked.of({"sort": sort}), cursor, size=1)
        seen += [order.account.handle for order in page.rows]
        cursor = page.next_cursor  # type: ignore[assignment]
    assert sorted(seen) == ["maya", "rio", "zoe"]


def test_a_due_date_of_the_creator_stands_in_the_list_where_the_order_has_none(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    page = manager.get(f"{base(campaign)}orders/").content.decode()
    assert f"{in_days(5):%-d %b %Y}" in page
    assert "as influencer" in page
    Order.objects.update(due_on=in_days(7))
    assert "as influencer" not in manager.get(f"{base(campaign)}orders/").content.decode()


def test_orders_are_saved_as_a_file_as_they_are_listed(
    viewer: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    page = viewer.get(f"{base(campaign)}orders/?sort=due&q=o").content.decode()
    assert "orders/export/?q=o&amp;sort=due" in page
    lines = exported(viewer, f"{base(campaign)}orders/", "?sort=due&q=o")
    assert [line["Handle"] for line in lines] == ["rio", "zoe"]
    lines = exported(viewer, f"{base(campaign)}orders/", "?sort=due")
    maya, rio, zoe = lines
    assert (maya["Overdue"], maya["Publish by"]) == ("yes", in_days(-1).isoformat())
    assert (rio["Publish by"], rio["Videos published"], rio["Videos ordered"]) == (in_days(5).isoformat(), "1", "3")  # fmt: skip
    assert (zoe["Publish by"], zoe["Next step"], zoe["Page opened"]) == ("", "Not sent yet", "")
    assert [event.detail for event in Event.objects.filter(verb=Verb.TABLE_EXPORTED).order_by("pk")] == [
        {"table": "orders", "row_count": 2}, {"table": "orders", "row_count": 3},
    ]  # fmt: skip
    book = viewer.post(f"{base(campaign)}orders/export/", {"format": "xlsx"})
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_narrowed_list_is_acted_upon_as_a_whole(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    url = f"{base(campaign)}orders/bulk/"
    page = manager.get(f"{url}?do=remind&state=overdue").content.decode()
    assert "1 of 1 order" in page
    assert f'name="ids" value="{orders["maya"].pk}"' in page
    assert manager.get(f"{url}?do=remind").status_code == 302
    assert manager.get(f"{url}?do=remind&state=failed").status_code == 302
    assert "that are due first" not in page


def test_of_very_many_those_that_are_due_first_are_acted_upon_and_it_says_so(
    manager: Client, campaign: Campaign, orders: dict[str, Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("campaigns.queries.order_list", "campaigns.views.order_bulk"):
        monkeypatch.setattr(f"{module}.MOST_CHOSEN", 1)
    Order.objects.filter(pk=orders["rio"].pk).update(due_on=in_days(-3))
    page = manager.get(f"{base(campaign)}orders/bulk/?do=remind&state=overdue").content.decode()
    assert "These are the 1 that are due first. Do the others afterwards." in page
    assert f'name="ids" value="{orders["rio"].pk}"' in page
    assert f'value="{orders["maya"].pk}"' not in page


def test_a_file_ends_where_the_rows_behind_its_last_piece_are_gone(
    campaign: Campaign, orders: dict[str, Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file began anew there, with every line a second time."""
    for module in ("order_list", "participant_list"):
        monkeypatch.setattr(f"campaigns.queries.{module}.ROWS_AT_ONCE", 1)
    lines = order_lines(campaign, Asked.of({}))
    people = participant_lines(campaign, ParticipantsAsked(), released=True, sees_money=False)
    assert (next(lines)[2], next(people)[1]) == ("zoe", "@zoe")
    Order.objects.exclude(pk=orders["zoe"].pk).delete()
    Participant.objects.exclude(account=orders["zoe"].account_id).delete()
    assert (list(lines), list(people)) == ([], [])


# --- influencers ---------------------------------------------------------------------------------------------------
@pytest.fixture
def people(campaign: Campaign) -> dict[str, SocialAccount]:
    """Maya with two accounts, Rio, and Zara."""
    maya, rio, zara = (a_participant(campaign, handle) for handle in ("maya", "rio", "zara"))
    films = SocialAccount.objects.create(
        influencer=maya.influencer, network="instagram", account_type="instagram", handle="maya.films"
    )  # fmt: skip
    Participant.objects.create(campaign=campaign, account=films)
    for account, fee, due in ((maya, 100, 3), (films, 900, 9), (rio, 500, 5)):
        Participant.objects.filter(account=account).update(fee=Decimal(fee), due_on=in_days(due))
    Creator.objects.filter(handle="rio").update(profile_fetched_at=NOW - timedelta(hours=1))
    Creator.objects.filter(handle="maya").update(profile_fetched_at=NOW - timedelta(hours=2))
    return {"maya": maya, "films": films, "rio": rio, "zara": zara}


def listed(campaign: Campaign, **asked: str) -> list[list[str]]:
    wish = ParticipantsAsked.of(asked, sees_money=True)
    page = participants_page(campaign, wish, "", released=True)
    return [[row.account.handle for row in person.rows] for person in page.rows]


MAYA, RIO, ZARA = ["maya.films", "maya"], ["rio"], ["zara"]


def test_somebody_with_two_accounts_stands_once_with_both(
    manager: Client, campaign: Campaign, people: dict[str, SocialAccount]
) -> None:
    assert listed(campaign) == [MAYA, ZARA, RIO]
    page = manager.get(f"{base(campaign)}influencers/").content.decode()
    assert page.count('class="person-name"') == 3
    assert 'rowspan="2"' in page
    assert page.count('name="ids"') == 4
    assert listed(campaign, q="maya") == [MAYA]
    assert listed(campaign, q="films") == [["maya.films"]]


@pytest.mark.parametrize(
    ("sort", "people_in_order"),
    [
        ("name", [MAYA[::-1], RIO, ZARA]),
        ("-name", [ZARA, RIO, MAYA]),
        ("-fee", [MAYA, RIO, ZARA]),
        ("fee", [MAYA[::-1], RIO, ZARA]),
        ("due", [MAYA[::-1], RIO, ZARA]),
        ("-due", [MAYA, RIO, ZARA]),
        ("-updated", [RIO, MAYA[::-1], ZARA]),
        ("updated", [MAYA[::-1], RIO, ZARA]),
    ],
)
def test_people_are_sorted_by_each_number_and_date(
    campaign: Campaign, people: dict[str, SocialAccount], sort: str, people_in_order: list[Any]
) -> None:
    assert listed(campaign, sort=sort) == people_in_order


def test_people_are_narrowed_by_state_network_and_due_date(
    campaign: Campaign, people: dict[str, SocialAccount]
) -> None:
    assert listed(campaign, network="instagram") == [["maya.films"]]
    assert listed(campaign, network="myspace", state="lost") == [MAYA, ZARA, RIO]
    Participant.objects.filter(account=people["rio"]).update(state=ParticipantState.AGREED)
    assert listed(campaign, state="agreed") == [RIO]
    assert listed(campaign, due=in_days(5).isoformat()) == [RIO]
    assert listed(campaign, due="past") == []
    Participant.objects.filter(account__in=[people["rio"], people["maya"]]).update(
        due_on=in_days(-2)
    )
    assert listed(campaign, due="past") == [RIO, ["maya"]]
    an_order(campaign, people["rio"], due_on=in_days(1))
    assert listed(campaign, due="past") == [["maya"]]
    Participant.objects.update(state=ParticipantState.DONE)
    assert listed(campaign, due="past") == []


@pytest.mark.parametrize("sort", ["", "name", "-fee", "due", "-updated"])
def test_everybody_stands_on_one_page_whatever_the_order(
    campaign: Campaign, people: dict[str, SocialAccount], sort: str
) -> None:
    wish, seen, cursor = ParticipantsAsked.of({"sort": sort}, sees_money=True), [], ""
    while cursor is not None:
        page = participants_page(campaign, wish, cursor, released=True, size=1)
        seen += [row.account.handle for person in page.rows for row in person.rows]
        cursor = page.next_cursor  # type: ignore[assignment]
    assert sorted(seen) == ["maya", "maya.films", "rio", "zara"]


def test_money_is_sorted_and_saved_by_those_who_see_it(
    manager: Client, viewer: Client, campaign: Campaign, people: dict[str, SocialAccount]
) -> None:
    campaign.currency = "EUR"
    campaign.save()
    url = f"{base(campaign)}influencers/"
    lines = exported(manager, url, "?sort=-fee")
    assert [(line["Fee"], line["Currency"]) for line in lines] == [
        ("900.00", "EUR"), ("100.00", "EUR"), ("500.00", "EUR"), ("", ""),
    ]  # fmt: skip
    assert lines[2]["Network"] == "TikTok"
    assert lines[2]["Updated"]
    assert lines[0]["Updated"] == ""
    lines = exported(viewer, url, "?sort=-fee")
    assert "Fee" not in lines[0]
    assert [line["Influencer"] for line in lines] == ["Maya", "Maya", "Zara", "Rio"]
    assert "sort=-fee" not in viewer.get(url).content.decode()
    assert Event.objects.filter(verb=Verb.TABLE_EXPORTED).first().detail == {"table": "influencers", "row_count": 4}  # fmt: skip


def test_a_search_without_matches_offers_the_way_back(
    manager: Client, campaign: Campaign, people: dict[str, SocialAccount]
) -> None:
    for tab in ("influencers", "orders", "review"):
        page = manager.get(f"{base(campaign)}{tab}/?q=nobody&sort=due").content.decode()
        assert "No matches" in page
        assert f'href="{base(campaign)}{tab}/">Reset</a>' in page


# --- drafts --------------------------------------------------------------------------------------------------------
@pytest.fixture
def drafts(campaign: Campaign, orders: dict[str, Order]) -> None:
    for n, (handle, due) in enumerate((("maya", in_days(3)), ("rio", in_days(1)), ("zoe", None))):
        review = Review.objects.create(
            campaign=campaign, order=orders[handle], number=n + 1, due_on=due, state="submitted",
            state_at=NOW - timedelta(days=n),
        )  # fmt: skip
        for version in range(1, n + 1):
            ReviewVersion.objects.create(
                review=review, number=version, text="Hi", submitted_at=review.state_at
            )
        Review.objects.filter(pk=review.pk).update(state_at=NOW - timedelta(days=n))


@pytest.mark.parametrize(
    ("sort", "handles"),
    [
        ("", ["maya", "rio", "zoe"]),
        ("state_at", ["zoe", "rio", "maya"]),
        ("creator", ["maya", "rio", "zoe"]),
        ("-draft", ["zoe", "rio", "maya"]),
        ("-version", ["zoe", "rio", "maya"]),
        ("version", ["rio", "zoe", "maya"]),
        ("due", ["rio", "maya", "zoe"]),
        ("-due", ["maya", "rio", "zoe"]),
    ],
)
def test_drafts_are_sorted_by_each_number_and_date(
    campaign: Campaign, drafts: None, sort: str, handles: list[str]
) -> None:
    page = reviews_page(campaign, ReviewsAsked.of({"sort": sort}))
    assert [review.order.account.handle for review in page.rows] == handles


def test_drafts_are_saved_as_a_file_as_they_are_listed(
    viewer: Client, campaign: Campaign, drafts: None
) -> None:
    lines = exported(viewer, f"{base(campaign)}review/", "?sort=-due&q=o")
    rio, zoe = lines
    assert (rio["Handle"], rio["Version"], rio["Due"]) == ("rio", "1", in_days(1).isoformat())
    assert (zoe["Handle"], zoe["Draft"], zoe["Due"]) == ("zoe", "3", "")
    assert rio["State"] == "To review"
    assert Event.objects.get(verb=Verb.TABLE_EXPORTED).detail == {"table": "drafts", "row_count": 2}  # fmt: skip
    Order.objects.update(state=OrderState.CANCELLED)
    lines = exported(viewer, f"{base(campaign)}review/")
    assert {line["State"] for line in lines} == {"Order is over"}


# --- costs ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("tab", ["orders", "influencers", "review"])
@pytest.mark.parametrize("sort", ["", "?sort=due", "?q=a&sort=-due"])
def test_a_list_asks_the_database_the_same_however_long_it_is(
    manager: Client, campaign: Campaign, tab: str, sort: str
) -> None:
    def fill(handle: str) -> None:
        order = an_order(campaign, a_participant(campaign, handle))
        Review.objects.create(campaign=campaign, order=order, due_on=TODAY)
        second = a_network_account(f"{handle}.films", campaign=campaign)
        SocialAccount.objects.filter(pk=second.pk).update(influencer=order.account.influencer_id)

    url = f"{base(campaign)}{tab}/{sort}"
    fill("maya")
    manager.get(url)
    few = queries(manager, url)
    for handle in ("rita", "zara", "lara"):
        fill(handle)
    assert queries(manager, url) == few <= 12
    assert len(re.findall(r'scope="row', manager.get(url).content.decode())) == 4
