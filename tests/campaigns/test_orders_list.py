"""The list of orders: narrowed by state and by what creators said, the next step of each, and many at once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState, ReplyKind, SparkFilter
from campaigns.models import Campaign, Order, OrderRequest, Review, SparkPermission
from campaigns.queries.order_list import (
    Asked,
    narrowed_page,
    next_step,
    order_counts,
    spark_words,
)
from campaigns.services.order_bulk import preview, start_bulk
from campaigns.services.orders.contact.replies import say
from crm.models import Influencer
from jobs.enums import Lane
from jobs.services.jobs import job_kind
from jobs.services.pool import work_off
from mail.models import Message
from tenancy.models import Group, Organization
from tenancy.scope import groups_scope
from tests.campaigns.test_campaigns_pages import base
from tests.clicking import manager_of
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(organization: Organization) -> Client:
    return manager_of(organization, 1)


@pytest.fixture
def orders(campaign: Campaign) -> dict[str, Order]:
    return {
        handle: an_order(campaign, an_account(handle, email=f"{handle}@example.com"), state=state)
        for handle, state in (("maya", "sent"), ("rio", "accepted"), ("lena", "fulfilled"))
    }


def shown(campaign: Campaign, **asked: str) -> list[str]:
    return [order.account.handle for order in narrowed_page(campaign, Asked.of(asked), "").rows]


def test_the_list_is_narrowed_by_state_and_by_what_was_said(
    campaign: Campaign, orders: dict[str, Order]
) -> None:
    assert shown(campaign) == ["lena", "rio", "maya"]
    assert shown(campaign, state="accepted") == ["rio"]
    assert shown(campaign, state="nonsense", said="nonsense") == ["lena", "rio", "maya"]
    say(orders["maya"], ReplyKind.CANNOT)
    assert shown(campaign, said="cannot") == shown(campaign, said="anything") == ["maya"]
    assert shown(campaign, said="question") == []
    Order.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    assert shown(campaign, state="overdue") == ["rio", "maya"]


def tabs(client: Client, url: str) -> dict[str, tuple[str, str]]:
    """The address and the count of each state above the list, as it is shown."""
    nav = client.get(url).content.decode().partition('aria-label="Orders by state">')[2]
    found = re.findall(
        r'<a href="([^"]+)"[^>]*>([^<]+?)(?: <span class="muted">([^<]+)</span>)?</a>',
        nav.partition("</nav>")[0],
    )
    return {label.strip(): (unescape(address), count) for address, label, count in found}


def test_each_state_stands_above_the_list_with_its_count_and_leads_there(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    Order.objects.filter(pk=orders["rio"].pk).update(due_on=date(2026, 1, 1))
    Influencer.objects.filter(accounts=orders["maya"].account).update(email="")
    Order.objects.filter(pk=orders["maya"].pk).update(state="created")
    an_order(a_campaign("other"), an_account("zoe"), state="failed")
    url = f"{base(campaign)}orders/"
    shown = tabs(manager, url)
    assert {label: count for label, (_, count) in shown.items()} == {
        "All": "3", "Overdue": "1", "Without an e-mail address": "1", "Created": "1", "Accepted": "1", "Fulfilled": "1",
    }  # fmt: skip
    for address, count in shown.values():
        page = manager.get(address).content.decode()
        assert page.count('scope="row"') == int(count), address
    current = re.findall(r'aria-current="true">(\w+)', manager.get(f"{url}?state=overdue").content.decode())  # fmt: skip
    assert current == ["Overdue"]


def test_beside_another_filter_states_keep_it_and_count_nothing(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    url = f"{base(campaign)}orders/"
    assert tabs(manager, f"{url}?q=maya&sort=due&state=sent") == {
        "All": (f"{url}?q=maya&sort=due", ""),
        "Sent": (f"{url}?q=maya&state=sent&sort=due", ""),
        "Accepted": (f"{url}?q=maya&state=accepted&sort=due", ""),
        "Fulfilled": (f"{url}?q=maya&state=fulfilled&sort=due", ""),
    }
    # A state that no order is in stays in sight while the list is asked for it.
    assert tabs(manager, f"{url}?state=failed")["Failed"] == (f"{url}?state=failed", "0")


def test_without_an_order_there_is_no_state_to_choose(manager: Client, campaign: Campaign) -> None:
    assert tabs(manager, f"{base(campaign)}orders/") == {}


def test_members_of_groups_count_theirs(
    organization: Organization, campaign: Campaign, orders: dict[str, Order]
) -> None:
    group = Group.objects.create(name="Food", key="food")
    Influencer.objects.filter(accounts=orders["maya"].account).update(group=group)
    with groups_scope([group.pk]):
        found = order_counts(campaign)
    assert {state: count for state, count in found.items() if count} == {"": 1, "sent": 1}
    assert {state: count for state, count in order_counts(campaign).items() if count} == {
        "": 3, "sent": 1, "accepted": 1, "fulfilled": 1,
    }  # fmt: skip


def test_the_list_brings_itself_up_to_date_when_a_count_changes(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    url = f"{base(campaign)}orders/?state=sent"
    seen = re.search(r'data-live="([^"]+)"', manager.get(url).content.decode())
    assert seen
    assert manager.get(url, headers={"X-Seen": seen[1]}).status_code == 204
    Order.objects.filter(pk=orders["rio"].pk).update(state="posting")
    assert manager.get(url, headers={"X-Seen": seen[1]}).status_code == 200


def test_the_list_tells_of_permissions_to_advertise_and_is_narrowed_by_them(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    rio, lena = orders["rio"], orders["lena"]
    for number, (order, state, code) in enumerate(
        (
            (rio, "accepted", "EXPIRED"),
            (lena, "accepted", "IN_USE"),
            (lena, "accepted", "NOT_USED"),
            (lena, "sending", ""),
        )
    ):
        post = a_post(
            campaign, a_video(order.account, f"74500000000000000{number:02}"), order=order
        )
        SparkPermission.objects.create(post=post, days=30, state=state, code_state=code)
    OrderRequest.objects.update(spark_days=30)
    rows = {
        row.account.handle: spark_words(row) for row in narrowed_page(campaign, Asked(), "").rows
    }
    assert rows == {
        "maya": [(SparkFilter.WITH_VIDEO, 1)],
        "rio": [(SparkFilter.ENDED, 1)],
        "lena": [(SparkFilter.ASKED, 1), (SparkFilter.ACCEPTED, 2)],
    }
    assert shown(campaign, spark="with_video") == ["maya"]
    assert shown(campaign, spark="ended") == ["rio"]
    assert shown(campaign, spark="accepted") == shown(campaign, spark="asked") == ["lena"]
    assert shown(campaign, spark="nonsense") == ["lena", "rio", "maya"]
    page = manager.get(f"{base(campaign)}orders/").content.decode()
    assert "Given: 2" in page
    assert "Comes with the video" in page


def test_an_overdue_order_is_flagged_until_a_post_comes(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    url = f"{base(campaign)}orders/?state=sent"
    flag = ">Overdue</span>"
    assert flag not in manager.get(url).content.decode()
    Order.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    assert flag in manager.get(url).content.decode()
    Order.objects.update(video_count=2)
    assert flag not in manager.get(url).content.decode()


@pytest.mark.parametrize(
    ("fields", "text", "action"),
    [
        ({"state": "draft"}, "Not sent to TikTok yet", ""),
        ({"state": "created"}, "Not sent yet", "sent"),
        ({"state": "created", "problem": "No address."}, "No address.", "sent"),
        ({"state": "rejected", "problem": "Not disclosed."}, "Not disclosed.", "check"),
        ({"state": "failed"}, "Failed", "check"),
        ({"state": "sent"}, "Sent, its page is not opened yet", "again"),
        ({"state": "accepted"}, "Videos missing. Not reminded yet", "remind"),
        (
            {"state": "posting", "reminder_count": 2},
            "Videos missing. Reminded 2 of 3 times",
            "remind",
        ),
    ],
)
def test_each_order_has_a_next_step(
    campaign: Campaign, orders: dict[str, Order], fields: dict[str, object], text: str, action: str
) -> None:
    Order.objects.filter(pk=orders["maya"].pk).update(**fields)
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    assert (step.text, step.action) == (text, action)


def test_an_order_without_an_address_leads_to_where_one_is_added(
    campaign: Campaign, orders: dict[str, Order], manager: Client
) -> None:
    order = orders["maya"]
    Order.objects.filter(pk=order.pk).update(state="created")
    way = f"/o/oaks/influencers/{order.account.influencer_id}/edit/"
    pages = (f"/o/oaks/campaigns/{campaign.pk}/orders/", f"/o/oaks/campaigns/{campaign.pk}/orders/{order.pk}/")  # fmt: skip
    for has_address in (False, True):
        Influencer.objects.update(email="maya@example.com" if has_address else "")
        for page in pages:
            assert (f'href="{way}"' in manager.get(page).content.decode()) is not has_address, page


def test_what_a_creator_said_comes_before_all_else(
    campaign: Campaign, orders: dict[str, Order]
) -> None:
    Order.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    assert step.text.startswith("Overdue since ")
    say(orders["maya"], ReplyKind.QUIET)
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    quiet = "The creator wants no reminders, so none is sent"
    assert (step.text, step.action) == (quiet, "")
    say(orders["maya"], ReplyKind.CANNOT)
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    assert (step.text, step.action) == ("The creator: cannot do it", "answer")


def test_code_and_link_stand_once_where_they_are_the_same(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    page = manager.get(f"{base(campaign)}orders/").content.decode()
    assert page.count('data-copy="ABC-DEF"') == 1
    for number, order in enumerate(orders.values()):
        Order.objects.filter(pk=order.pk).update(campaign_code=f"CODE-{number}")
    page = manager.get(f"{base(campaign)}orders/").content.decode()
    assert page.count('data-copy="CODE-') == 3
    assert "No matches" in manager.get(f"{base(campaign)}orders/?state=failed").content.decode()


def test_the_list_asks_the_database_the_same_however_long_it_is(
    manager: Client, campaign: Campaign, orders: dict[str, Order], django_assert_max_num_queries
) -> None:
    url = f"{base(campaign)}orders/?state=sent"
    manager.get(url)
    with django_assert_max_num_queries(16):
        manager.get(url)


# --- many at once -----------------------------------------------------------------------------------------------------
def test_a_preview_says_what_is_left_as_it_is_and_the_job_does_the_rest(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    ids = [order.pk for order in orders.values()]
    url = f"{base(campaign)}orders/bulk/"
    page = manager.get(url, {"do": "remind", "ids": ids}).content.decode()
    assert "2 of 3 orders" in page
    assert "Nothing is asked of the creator now" in page
    assert Message.objects.count() == 0
    manager.post(url, {"do": "remind", "ids": ids})
    work_off(Lane.BULK, threads=1, seconds=10)
    assert sorted(Message.objects.values_list("recipient", flat=True)) == [
        "maya@example.com", "rio@example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(("action", "done"), [("cancel", 2), ("again", 2), ("remind", 2)])
def test_the_outcome_counts_what_was_done_and_what_was_left(
    organization: Organization, campaign: Campaign, orders: dict[str, Order], action: str, done: int
) -> None:
    manager_of(organization, 1)
    actor = organization.memberships.first().user
    job = start_bulk(campaign, list(orders.values()), action, reason="Moved.", actor=actor)
    work_off(Lane.BULK, threads=1, seconds=10)
    job.refresh_from_db()
    assert {row["key"]: row["count"] for row in job.outcome} == {action: done, "refused": 1}
    report = job_kind(job.kind).report(job)
    assert report.sentences[0][0] == "warning"
    states = set(Order.objects.values_list("state", flat=True))
    assert (OrderState.CANCELLED in states) == (action == "cancel")


def test_when_all_could_be_done_the_report_says_so(
    organization: Organization, campaign: Campaign, orders: dict[str, Order]
) -> None:
    manager_of(organization, 1)
    actor = organization.memberships.first().user
    job = start_bulk(campaign, [orders["maya"]], "cancel", reason="", actor=actor)
    work_off(Lane.BULK, threads=1, seconds=10)
    job.refresh_from_db()
    assert job_kind(job.kind).report(job).sentences == (("success", "1 of 1 orders cancelled."),)


def test_nothing_selected_and_no_such_action(manager: Client, campaign: Campaign) -> None:
    url = f"{base(campaign)}orders/bulk/"
    assert manager.get(url, {"do": "remind", "ids": ["7", "x"]}).status_code == 302
    order = an_order(campaign, an_account("maya"))
    assert manager.get(url, {"do": "eat", "ids": [order.pk]}).status_code == 302


def test_an_order_that_is_over_is_not_cancelled(orders: dict[str, Order]) -> None:
    [row] = preview([orders["lena"]], "cancel")
    assert row.refusal == "An order that is “Fulfilled” cannot be cancelled."


def test_a_draft_to_review_is_the_next_step_unless_the_creator_asked_something(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    Order.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    review = Review.objects.create(campaign=campaign, order=orders["maya"], state="submitted")
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    assert (step.text, step.action) == ("Review the draft", "review")
    way = f'href="{base(campaign)}review/{review.pk}/"'
    assert way in manager.get(f"{base(campaign)}orders/").content.decode()
    say(orders["maya"], ReplyKind.QUESTION, text="When?")
    step = next_step(narrowed_page(campaign, Asked(), "").rows[-1])
    assert (step.text, step.action) == ("The creator: asks a question", "answer")
    assert way not in manager.get(f"{base(campaign)}orders/").content.decode()


def test_the_list_brings_itself_up_to_date_when_a_draft_or_an_answer_comes(
    manager: Client, campaign: Campaign, orders: dict[str, Order]
) -> None:
    url = f"{base(campaign)}orders/"

    def version() -> str:
        return re.search(r'data-live="([^"]+)"', manager.get(url).content.decode())[1]  # type: ignore[index]

    first = version()
    Review.objects.create(campaign=campaign, order=orders["maya"], state="submitted")
    second = version()
    say(orders["maya"], ReplyKind.QUESTION, text="When?")
    assert len({first, second, version()}) == 3
