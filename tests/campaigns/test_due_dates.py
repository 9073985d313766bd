"""The due date of new orders: one for all, or each creator's own in the campaign; and where overdue orders are found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, Participant
from campaigns.queries.order_dates import common_due_date, overdue_count, own_due_dates
from campaigns.services.orders.due_dates import latest_due_change
from campaigns.services.orders.requests import request_orders
from jobs.enums import Lane
from jobs.models import Job
from jobs.services.pool import work_off
from tests.campaigns.test_campaigns_pages import base, text
from tests.campaigns.test_new_orders import preview
from tests.factories.campaigns import a_participant, an_account, an_order
from tests.sandbox_process import Sandbox
from tests.submitting import submit, token, version

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
SOON, LATER = TODAY + timedelta(days=9), TODAY + timedelta(days=20)


def due(campaign: Campaign, handle: str, day: date | None) -> Any:
    account = a_participant(campaign, handle, email=f"{handle}@example.com")
    Participant.objects.filter(account=account).update(due_on=day)
    return account


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@pytest.mark.parametrize(
    ("days", "common"),
    [
        ((SOON, SOON), SOON),
        ((SOON, LATER), None),
        ((SOON, None), None),
        ((None, None), None),
        ((TODAY - timedelta(days=1),), None),
        ((TODAY,), TODAY),
        ((), None),
    ],
)
def test_the_form_begins_with_the_date_that_all_who_take_part_have(
    manager, campaign, days, common
) -> None:
    for n, day in enumerate(days):
        due(campaign, f"maya{n}", day)
    form = manager.get(f"{base(campaign)}orders/new/").context["form"]
    assert form.initial["due_on"] == common


def test_the_form_begins_with_the_date_of_those_who_are_chosen(campaign) -> None:
    maya, rio = due(campaign, "maya", SOON), due(campaign, "rio", LATER)
    assert common_due_date(campaign, [maya.pk]) == SOON
    assert common_due_date(campaign, [maya.pk, rio.pk]) is None
    assert common_due_date(campaign, [maya.pk, an_account("lena").pk]) is None


def test_a_date_in_the_form_is_that_of_every_order(tiktok: Sandbox, manager, campaign) -> None:
    maya, rio = due(campaign, "maya", LATER), an_account("rio")
    shown = preview(manager, campaign, maya, rio, due_on=SOON.isoformat())
    assert f"Publish by</dt> <dd> {written(SOON)} </dd>" in text(shown)
    assert f"Publish by: {written(SOON)}" in shown.context["mail"].words
    sent = {"due_on": SOON.isoformat(), "step": "send", "token": token(shown)}
    preview(manager, campaign, maya, rio, **sent)
    assert set(Order.objects.values_list("due_on", flat=True)) == {SOON}


def test_without_one_each_order_takes_its_creators_own_date(
    tiktok: Sandbox, manager, campaign
) -> None:
    maya, rio, lena = due(campaign, "maya", LATER), due(campaign, "rio", None), an_account("lena")
    tom = due(campaign, "tom", TODAY - timedelta(days=1))
    shown = preview(manager, campaign, maya, rio, lena, tom)
    page = text(shown)
    assert "Each creator's own date in the campaign" in page
    assert page.count(f"Publish by {written(LATER)}") == 1
    assert page.count("> No date <") == 3
    preview(manager, campaign, maya, rio, lena, tom, step="send", token=token(shown))
    found = dict(Order.objects.values_list("account__handle", "due_on"))
    assert found == {"maya": LATER, "rio": None, "lena": None, "tom": None}


def test_orders_without_any_date_say_so(manager, campaign) -> None:
    shown = preview(manager, campaign, an_account("lena"))
    assert "Publish by</dt> <dd> No date </dd>" in text(shown)
    assert "Publish by" not in shown.context["mail"].words


def test_a_day_that_has_passed_is_refused_and_going_back_keeps_the_date(manager, campaign) -> None:
    maya = an_account("maya")
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    refused = preview(manager, campaign, maya, due_on=yesterday)
    assert refused.status_code == 422
    assert "Choose a day from today on." in text(refused)
    again = preview(manager, campaign, maya, due_on=SOON.isoformat(), step="edit")
    assert f'value="{SOON.isoformat()}"' in text(again)


def test_dates_of_another_campaign_are_not_taken(tiktok: Sandbox, campaign) -> None:
    maya = due(campaign, "maya", SOON)
    other = Campaign.objects.create(
        name="Other", client="N", starts_on=TODAY, ends_on=TODAY + timedelta(days=30)
    )
    assert own_due_dates(other, [maya.pk]) == {}
    request_orders(other, [maya], brand_name="N", description="D", actor=None)
    assert Order.objects.get().due_on is None


def test_orders_are_overdue_by_their_date_not_by_their_state(manager, campaign) -> None:
    yesterday = TODAY - timedelta(days=1)
    late = an_order(campaign, due(campaign, "maya", None), due_on=yesterday, video_limit=1)
    an_order(campaign, due(campaign, "rio", None), due_on=TODAY)
    an_order(campaign, due(campaign, "lena", None), state=OrderState.FULFILLED, due_on=yesterday)
    assert overdue_count(9) == 1
    home = text(manager.get("/o/oaks/"))
    assert "1 order is overdue</a>" in home
    found = manager.get("/o/oaks/influencers/?f=order%3Aoverdue").context["page"].rows
    assert [row.influencer.name for row in found] == ["Maya"]
    both = manager.get("/o/oaks/influencers/?f=order%3Aoverdue%2Cfulfilled").context["page"].rows
    assert {row.influencer.name for row in both} == {"Maya", "Lena"}
    Order.objects.filter(pk=late.pk).update(video_count=1)
    assert overdue_count(9) == 0
    assert "overdue" not in text(manager.get("/o/oaks/"))


def test_of_very_many_overdue_orders_home_says_more_than(manager, campaign, monkeypatch) -> None:
    monkeypatch.setattr("influence.home.MOST_COUNTED", 1)
    for n in range(2):
        an_order(campaign, an_account(f"m{n}"), due_on=TODAY - timedelta(days=1))
    assert "More than 1 orders are overdue</a>" in text(manager.get("/o/oaks/"))


# --- another date, of one order and of many --------------------------------------------------------------------------
def dates() -> dict[str, date | None]:
    return dict(Order.objects.values_list("account__handle", "due_on"))


def set_date(manager, order: Order, day: str) -> str:
    """Set it on the order's page, as a browser does; the words of the page that follows."""
    page = f"{base(order.campaign)}orders/{order.pk}/"
    return text(submit(manager, page, {"due_on": day}, to=f"{page}due/", follow=True))


def undo(manager, order: Order) -> str:
    url = f"{base(order.campaign)}orders/{order.pk}/due/"
    return text(manager.post(url, {"of": latest_due_change(order).pk}, follow=True))


def test_the_date_of_one_order_is_changed_and_given_back(manager, campaign) -> None:
    order = an_order(campaign, an_account("maya"), due_on=SOON)
    url = f"{base(campaign)}orders/{order.pk}/due/"
    assert "The due date is changed." in set_date(manager, order, LATER.isoformat())
    assert dates() == {"maya": LATER}
    changed = latest_due_change(order)
    assert changed.detail == {"due_on": LATER.isoformat(), "was": SOON.isoformat()}
    shown = text(manager.get(f"{base(campaign)}orders/{order.pk}/"))
    assert f"By {LATER.day} {LATER:%b %Y}" in shown
    assert ("The earlier due date stands again." in undo(manager, order), dates()) == (
        True,
        {"maya": SOON},
    )
    assert "has changed since" in text(manager.post(url, {"of": changed.pk}, follow=True))
    assert manager.post(url, {"of": "x"}).status_code == 404
    assert "is changed" not in set_date(manager, order, SOON.isoformat())
    assert "Is the year 226 right?" in set_date(manager, order, "0226-12-01")
    assert dates() == {"maya": SOON}


@pytest.mark.parametrize("due_on", [SOON, None])
def test_the_details_name_the_date_once(manager, viewer, campaign, due_on) -> None:
    order = an_order(campaign, an_account("maya"), due_on=due_on)
    page = f"{base(campaign)}orders/{order.pk}/"

    def said() -> list[tuple[int, int]]:
        pages = [manager.get(page).content.decode(), viewer.get(page).content.decode()]
        return [(shown.count("Publish by"), shown.count('name="due_on"')) for shown in pages]

    assert said() == [(1, 1), (int(due_on is not None), 0)]
    Order.objects.update(state=OrderState.FULFILLED)
    assert said() == [(int(due_on is not None), 0)] * 2


def test_a_first_date_is_taken_away_again(manager, campaign) -> None:
    order = an_order(campaign, an_account("maya"))
    set_date(manager, order, SOON.isoformat())
    undo(manager, order)
    assert dates() == {"maya": None}


def test_an_order_of_which_no_video_is_to_come_keeps_its_date(manager, campaign) -> None:
    order = an_order(campaign, an_account("maya"), due_on=SOON)
    set_date(manager, order, LATER.isoformat())
    opened = manager.get(f"{base(campaign)}orders/{order.pk}/")
    Order.objects.update(state=OrderState.FULFILLED)
    reason = "Of an order that is “Fulfilled” no video is to come."
    given = {"due_on": SOON.isoformat(), "version": version(opened)}
    url = f"{base(campaign)}orders/{order.pk}/due/"
    assert reason in text(manager.post(url, given, follow=True))
    assert reason in undo(manager, order)
    assert dates() == {"maya": LATER}


def test_many_get_another_date_and_have_it_taken_back(manager, campaign) -> None:
    maya, rio = (an_order(campaign, an_account(name), due_on=SOON) for name in ("maya", "rio"))
    lena = an_order(campaign, an_account("lena"), state=OrderState.FULFILLED, due_on=SOON)
    bulk = f"{base(campaign)}orders/bulk/"
    asked = {"do": "due", "ids": [maya.pk, rio.pk, lena.pk]}
    shown = text(manager.get(bulk, asked))
    assert "2 of 3 orders" in shown
    assert "Of an order that is “Fulfilled” no video is to come." in shown
    for day, says in (
        ("", "Choose the new date. Nothing was done."),
        (
            (TODAY - timedelta(days=1)).isoformat(),
            f"Choose a day from today on. Today is {written(TODAY)} (UTC). Nothing was done.",
        ),
        ("soon", "Enter a date, such as 2026-12-24. Nothing was done."),
    ):
        refused = manager.post(bulk, {**asked, "due_on": day})
        assert says in text(refused)
        assert refused.context["form"]["due_on"].value() == day  # as it was entered
    assert not Job.objects.exists()
    manager.post(bulk, {**asked, "due_on": LATER.isoformat()})
    work_off(Lane.BULK, threads=1, seconds=10)
    assert dates() == {"maya": LATER, "rio": LATER, "lena": SOON}
    job = Job.objects.get()
    page = text(manager.get(f"/o/oaks/jobs/{job.pk}/", follow=True))
    assert "2 of 3 orders moved to the new date." in page
    way_back = f"{bulk}{job.pk}/undo/"
    assert way_back in page
    set_date(manager, rio, TODAY.isoformat())
    manager.post(way_back)
    work_off(Lane.BULK, threads=1, seconds=10)
    assert dates() == {"maya": SOON, "rio": TODAY, "lena": SOON}
    back = Job.objects.latest("pk")
    assert manager.post(f"{bulk}{back.pk}/undo/").status_code == 404
    assert "have changed since" in text(manager.post(way_back, follow=True))


def test_a_date_that_is_set_while_the_undoing_waits_is_kept(manager, campaign, monkeypatch) -> None:
    maya, rio = (an_order(campaign, an_account(name), due_on=SOON) for name in ("maya", "rio"))
    bulk = f"{base(campaign)}orders/bulk/"
    asked = {"do": "due", "ids": [maya.pk, rio.pk], "due_on": LATER.isoformat()}
    manager.post(bulk, asked)
    work_off(Lane.BULK, threads=1, seconds=10)
    monkeypatch.setattr("jobs.views.begin_at_once", lambda job: job)
    manager.post(f"{bulk}{Job.objects.get().pk}/undo/")
    set_date(manager, rio, TODAY.isoformat())
    work_off(Lane.BULK, threads=1, seconds=10)
    assert dates() == {"maya": SOON, "rio": TODAY}
    outcome = {row["key"]: row["count"] for row in Job.objects.latest("pk").outcome}
    assert outcome == {"due_back": 1, "refused": 1}


def test_an_order_that_has_the_date_already_is_left_as_it_is(manager, campaign) -> None:
    maya = an_order(campaign, an_account("maya"), due_on=LATER)
    rio = an_order(campaign, an_account("rio"))
    bulk, asked = f"{base(campaign)}orders/bulk/", {"do": "due", "ids": [maya.pk, rio.pk]}
    shown = text(manager.get(bulk, asked))
    assert f"now {LATER.day} {LATER:%b %Y}: stays as it is if that is the date" in shown
    assert shown.count("now without a date") == 1
    manager.post(bulk, {**asked, "due_on": LATER.isoformat()})
    work_off(Lane.BULK, threads=1, seconds=10)
    job = Job.objects.get()
    assert {row["key"]: row["count"] for row in job.outcome} == {"due": 1, "unchanged": 1}
    page = text(manager.get(f"/o/oaks/jobs/{job.pk}/", follow=True))
    assert "1 of 2 orders moved to the new date. The others were left as they are" in page
    assert "had this date before" in text(manager.get("/o/oaks/activity/"))


def test_dates_that_were_never_changed_are_not_given_back(manager, campaign) -> None:
    order = an_order(campaign, an_account("maya"), due_on=SOON)
    manager.post(f"{base(campaign)}orders/bulk/", {"do": "due_back", "ids": [order.pk]})
    work_off(Lane.BULK, threads=1, seconds=10)
    assert {row["key"]: row["count"] for row in Job.objects.get().outcome} == {"refused": 1}
    assert dates() == {"maya": SOON}
