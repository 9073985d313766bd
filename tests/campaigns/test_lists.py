"""All campaigns: found, narrowed, sorted, on the board and in a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, Participant
from tenancy.enums import Verb
from tenancy.models import Event, Group, GroupMember, Membership, Organization, User
from tests.campaigns.test_campaigns_pages import queries, text
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tiktok.models import Video

pytestmark = pytest.mark.django_db
LIST, EXPORT = "/o/oaks/campaigns/", "/o/oaks/campaigns/export/"


@pytest.fixture
def three(organization: Organization) -> dict[str, Campaign]:
    """Loaf: one of two orders fulfilled, 2,000 views for 20 EUR. Socks: an order, a post for 5 EUR. Empty: a draft."""
    made = {
        "loaf": a_campaign("Loaf", client="Oakmill", state="active", goal="awareness", currency="EUR", markets=["DE"], budget=12345),
        "socks": a_campaign("Água socks", client="Harbour", state="completed", goal="content", currency="EUR", starts_on=date(2026, 9, 1)),
        "empty": a_campaign("Empty", client="Oakmill", starts_on=date(2026, 10, 1)),
    }  # fmt: skip
    for name, state, views, fee in (
        ("loaf", "fulfilled", 2000, 20), ("loaf", "sent", None, None), ("socks", "sent", 1000, 5),
    ):  # fmt: skip
        account = a_participant(made[name], f"{name}.{state}")
        Participant.objects.filter(account=account).update(state="agreed", fee=fee)
        order = an_order(made[name], account, state=state, tiktok_order_id=f"{name}{state}")
        if views:
            video = a_video(account, f"74{len(name)}{views}", video_views=views)
            a_post(made[name], video, order=order)
    return made


def names(answer: Any) -> list[str]:
    """The campaigns of a page in their order."""
    page = answer.content.decode()
    found = re.findall(r'href="/o/oaks/campaigns/\d+/">([^<]+)</a>', page)
    return [each.strip("\u2068\u2069") for each in found]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Loaf", "Empty", "Água socks"]),
        ("?q=agua", ["Água socks"]),
        ("?q=oakm+lo", ["Loaf"]),
        ("?state=draft", ["Empty"]),
        ("?state=draft&state=active", ["Loaf", "Empty"]),
        ("?goal=content", ["Água socks"]),
        ("?client=Oakmill", ["Loaf", "Empty"]),
        ("?market=DE", ["Loaf"]),
        ("?sort=name", ["Empty", "Loaf", "Água socks"]),
        ("?sort=-ends_on&state=active", ["Loaf"]),
        ("?sort=starts_on", ["Água socks", "Empty", "Loaf"]),
        ("?sort=-fulfilment", ["Loaf", "Água socks", "Empty"]),
        ("?sort=fulfilment", ["Água socks", "Loaf", "Empty"]),
        ("?sort=-views", ["Loaf", "Água socks", "Empty"]),
        ("?sort=-spend", ["Loaf", "Água socks", "Empty"]),
        ("?sort=cost", ["Água socks", "Loaf", "Empty"]),
        ("?sort=-cost", ["Loaf", "Água socks", "Empty"]),
        ("?sort=state", ["Empty", "Loaf", "Água socks"]),
        ("?sort=-state", ["Água socks", "Loaf", "Empty"]),
        ("?sort=goal", ["Loaf", "Água socks", "Empty"]),
        ("?sort=-goal", ["Água socks", "Loaf", "Empty"]),
        ("?sort=orders&client=Oakmill", ["Empty", "Loaf"]),
        ("?sort=-orders", ["Loaf", "Água socks", "Empty"]),
        ("?sort=spend", ["Água socks", "Loaf", "Empty"]),
        ("?sort=-budget&client=Oakmill", ["Loaf", "Empty"]),
        ("?sort=budget&client=Oakmill", ["Loaf", "Empty"]),
        ("?since=2026-11-30", ["Loaf", "Empty", "Água socks"]),
        ("?until=2026-09-30", ["Água socks"]),
        ("?until=2026-10-01", ["Empty", "Água socks"]),
        ("?since=2026-12-01", []),
        ("?views_from=1,001", ["Loaf"]),
        ("?views_from=1000&views_to=1000", ["Água socks"]),
        ("?views_to=0", ["Empty"]),
        ("?orders_from=2", ["Loaf"]),
        ("?posts_to=0", ["Empty"]),
        ("?fulfilment_from=50", ["Loaf"]),
        ("?fulfilment_to=50", ["Loaf", "Água socks"]),
        ("?budget_from=12345&budget_to=12345", ["Loaf"]),
        ("?spend_from=5.01", ["Loaf"]),
        ("?spend_to=5", ["Água socks"]),
        ("?cost_from=5&cost_to=9.99", ["Água socks"]),
        ("?views_from=many&views_to=NaN&since=soon", ["Loaf", "Empty", "Água socks"]),
        ("?sort=nonsense&state=x&goal=x&market=XX&salesperson=x", ["Loaf", "Empty", "Água socks"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("three")
def test_the_address_says_which_campaigns_in_which_order(
    manager: Client, query: str, found: list[str]
) -> None:
    answer = manager.get(f"{LIST}{query}")
    shown = names(answer)
    assert sorted(shown) == sorted(found)
    assert shown == found or query == "?sort=name", "the collation of names is the database's"


def test_campaigns_of_one_salesperson(manager: Client, three: dict[str, Campaign]) -> None:
    olivia = User.objects.get(email="manager@example.com")
    Campaign.objects.filter(pk=three["socks"].pk).update(salesperson=olivia)
    assert names(manager.get(f"{LIST}?salesperson={olivia.pk}")) == ["Água socks"]


@pytest.mark.parametrize("sort", ["salesperson", "-salesperson"])
def test_who_has_no_salesperson_stands_last(
    manager: Client, viewer: Client, three: dict[str, Campaign], sort: str
) -> None:
    for name, person in (("loaf", "manager"), ("socks", "viewer")):
        seller = User.objects.get(email=f"{person}@example.com")
        Campaign.objects.filter(pk=three[name].pk).update(salesperson=seller)
    found = ["Loaf", "Água socks"]
    wanted = found if sort == "salesperson" else found[::-1]
    assert names(manager.get(f"{LIST}?sort={sort}")) == [*wanted, "Empty"]


@pytest.mark.parametrize("sort", ["cost", "-cost", "spend", "-spend"])
def test_a_campaign_without_agreed_fees_has_no_cost_and_stands_last(
    manager: Client, three: dict[str, Campaign], sort: str
) -> None:
    free = a_campaign("Free", currency="EUR")
    account = a_participant(free, "free.of.charge")
    a_post(free, a_video(account, "7499", video_views=5000))
    shown = names(manager.get(f"{LIST}?sort={sort}&currency=EUR"))
    assert shown.index("Free") == 2
    assert "It needs agreed fees and views." in text(manager.get(f"{LIST}?q=free"))
    assert "Free" not in names(manager.get(f"{LIST}?cost_to=1"))


def test_cost_is_rounded_and_the_margin_is_what_the_fees_leave(
    manager: Client, viewer: Client, three: dict[str, Campaign]
) -> None:
    Participant.objects.filter(account__handle="loaf.fulfilled").update(fee="20.01")
    Participant.objects.filter(account__handle="loaf.sent").update(fee=1, state="proposed")
    Campaign.objects.filter(pk=three["loaf"].pk).update(client_fee=100)
    Campaign.objects.filter(pk=three["socks"].pk).update(client_fee=2)
    row = text(manager.get(f"{LIST}?q=loaf"))
    for amount in ("10.01", "Margin", "78.99"):  # 2,000 views for 20.01; 100 without 20.01 and 1
        assert amount in row, amount
    assert names(manager.get(f"{LIST}?sort=margin")) == ["Água socks", "Loaf", "Empty"]
    assert names(manager.get(f"{LIST}?sort=-margin")) == ["Loaf", "Água socks", "Empty"]
    assert names(manager.get(f"{LIST}?margin_to=-3")) == ["Água socks"]
    assert names(manager.get(f"{LIST}?client_fee_from=100")) == ["Loaf"]
    everything = ["Loaf", "Empty", "Água socks"]
    for query in ("sort=margin", "margin_to=-3", "budget_from=1", "sort=-client_fee"):
        assert names(viewer.get(f"{LIST}?{query}")) == everything, query
    form = viewer.get(LIST).content.decode()
    assert 'name="views_from"' in form
    for word in ("margin_from", "Budget", "Client fee"):
        assert word not in form, word


def test_billions_of_views_are_sorted_and_compared_as_well(
    manager: Client, three: dict[str, Campaign]
) -> None:
    Video.objects.filter(tiktok_video_id="7442000").update(video_views=3_000_000_000)
    assert names(manager.get(f"{LIST}?views_from=2,500,000,000")) == ["Loaf"]
    assert names(manager.get(f"{LIST}?views_from=3,500,000,000")) == []
    assert names(manager.get(f"{LIST}?margin_to=900,000,000")) == []


@pytest.mark.usefixtures("three")
def test_the_board_is_narrowed_and_sorted_as_the_table_is(manager: Client) -> None:
    a_campaign("Later", client="Oakmill", state="active", starts_on=date(2026, 11, 9))
    assert names(manager.get(f"{LIST}?view=board&state=active")) == ["Later", "Loaf"]
    by_views = f"{LIST}?view=board&state=active&sort=-views"
    assert names(manager.get(by_views)) == ["Loaf", "Later"]
    assert names(manager.get(f"{by_views}&views_to=0")) == ["Later"]


def test_the_filters_stand_in_their_fields(manager: Client, three: dict[str, Campaign]) -> None:
    page = manager.get(f"{LIST}?since=2026-11-02&views_from=1,000.5&sort=-margin").content.decode()
    for part in (
        'value="2026-11-02"',
        'value="1000.5"',
        'value="-margin" selected',
        "<strong>2</strong>",
    ):
        assert part in page, part


@pytest.mark.usefixtures("three")
def test_a_row_says_fulfilment_views_and_what_they_cost(manager: Client, viewer: Client) -> None:
    row = text(manager.get(f"{LIST}?q=loaf"))
    assert "1 of 2" in row
    for amount in (
        "20 EUR",
        "10.00 EUR",
    ):  # whole amounts without cents, what a thousand views cost with them
        assert amount in row.replace("\N{NO-BREAK SPACE}", " "), amount
    shown = text(viewer.get(f"{LIST}?q=loaf"))
    assert "1 of 2" in shown
    for word in ("EUR", "Cost per 1,000 views", "Agreed fees"):
        assert word not in shown, word
    assert names(viewer.get(f"{LIST}?sort=cost")) == ["Loaf", "Empty", "Água socks"]


def test_no_match_says_so_and_no_campaign_as_well(manager: Client, campaign: Campaign) -> None:
    assert "No matches" in text(manager.get(f"{LIST}?q=nothing"))
    campaign.delete()
    assert "No campaign yet" in text(manager.get(LIST))


@pytest.mark.parametrize(
    "sort",
    ["-starts_on", "-views", "fulfilment", "-cost", "spend", "goal", "-salesperson", "margin"],
)
def test_every_campaign_stands_on_one_page_whatever_the_order(
    manager: Client, three: dict[str, Campaign], sort: str
) -> None:
    for number in range(60):
        a_campaign(f"C{number}", currency="EUR" if number % 2 else "")
    first = manager.get(f"{LIST}?sort={sort}")
    following = re.search(r'href="[^"]*cursor=([^"&]+)', first.content.decode())
    assert following
    second = manager.get(f"{LIST}?sort={sort}&cursor={following[1]}")
    seen = names(first) + names(second)
    assert len(seen) == len(set(seen)) == 63


def test_the_board_has_a_column_for_each_state(manager: Client, three: dict[str, Campaign]) -> None:
    board = manager.get(f"{LIST}?view=board")
    assert re.findall(r'board-column" aria-label="(\w+)"', board.content.decode()) == [
        "Draft", "Active", "Completed", "Archived",
    ]  # fmt: skip
    assert names(board) == ["Empty", "Loaf", "Água socks"]
    assert names(manager.get(f"{LIST}?view=board&state=active")) == ["Loaf"]
    for number in range(20):
        a_campaign(f"C{number}")
    page = manager.get(f"{LIST}?view=board").content.decode()
    assert page.count("Show all as a table") == 1
    a_campaign("Turn", state="archived", starts_on=date(2025, 12, 30), ends_on=date(2026, 1, 3))
    assert "30 Dec 2025 – 3 Jan 2026" in text(manager.get(f"{LIST}?view=board"))


@pytest.mark.parametrize("view", ["", "?view=board", "?sort=-cost", "?sort=salesperson&views_to=9"])
def test_the_list_costs_few_queries(manager: Client, three: dict[str, Campaign], view: str) -> None:
    manager.get(LIST)
    few = queries(manager, f"{LIST}{view}")
    for number in range(30):
        a_campaign(f"C{number}")
    assert queries(manager, f"{LIST}{view}") == few <= 11


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.post(f"{EXPORT}{query}", {"format": "csv"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.usefixtures("three")
def test_the_list_is_exported_as_it_is_narrowed_and_sorted(manager: Client, viewer: Client) -> None:
    lines = exported(manager, "?sort=-views&client=Oakmill")
    assert [line["Campaign"] for line in lines] == ["Loaf", "Empty"]
    assert lines[0] | {
        "State": "Active", "Goal": "Awareness", "Markets": "Germany", "Orders": "2", "Fulfilled orders": "1", "Views": "2000",
        "Currency": "EUR", "Budget": "12345.00", "Margin": "", "Agreed fees": "20", "Cost per 1,000 views": "10",
    } == lines[0]  # fmt: skip
    assert lines[1]["Cost per 1,000 views"] == ""
    event = Event.objects.get(verb=Verb.CAMPAIGNS_EXPORTED)
    assert event.detail == {"campaign_count": 2}

    for line in exported(viewer):
        assert not {"Budget", "Agreed fees", "Client fee", "Currency"} & set(line)
    assert viewer.get(EXPORT).status_code == 405


@pytest.mark.usefixtures("three")
def test_the_list_is_exported_as_a_workbook(manager: Client) -> None:
    answer = manager.post(EXPORT, {"format": "xlsx"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"PK")
    assert ".xlsx" in answer.headers["Content-Disposition"]


def test_whoever_sees_some_groups_sees_the_numbers_of_these_and_reads_so(
    viewer: Client, organization: Organization, three: dict[str, Campaign]
) -> None:
    group = Group.objects.create(name="North")
    member = Membership.objects.get(user__email="viewer@example.com")
    Membership.objects.filter(pk=member.pk).update(is_limited=True)
    GroupMember.objects.create(group=group, user=member.user)
    account = Participant.objects.get(account__handle="socks.sent").account
    account.influencer.group = group
    account.influencer.save()
    shown = text(viewer.get(f"{LIST}?sort=-views"))
    assert "Counts and totals are of these only" in shown
    assert "1 of 2" not in shown
    assert names(viewer.get(f"{LIST}?sort=-views"))[0] == "Água socks"
