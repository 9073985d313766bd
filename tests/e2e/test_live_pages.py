"""Pages bring themselves up to date while something is under way: nobody reloads, nobody is disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from campaigns.enums import OrderState, ReviewState
from campaigns.models import Campaign, Order, Post
from jobs.enums import JobState
from jobs.models import Job, Work
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.factories.whole_campaign import Whole
from tiktok.enums import PollKind
from tiktok.models import Creator

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def accepted(oak: Organization, whole: Whole) -> Order:
    """An order that waits for its first video."""
    with organization_scope(oak):
        Order.objects.filter(pk=whole.order.pk).update(state=OrderState.ACCEPTED)
        return Order.objects.select_related("account").get(pk=whole.order.pk)


@contextmanager
def requests_of(page: Page) -> Iterator[list[str]]:
    """The requests for pages that are made meanwhile."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "fetch":
            seen.append(request.url)

    page.on("request", note)
    yield seen
    page.remove_listener("request", note)


def without_bell(seen: list[str]) -> list[str]:
    """The requests of the page itself: the bell asks for news as long as somebody looks."""
    return [url for url in seen if not url.endswith("/alerts/count/")]


def test_the_orders_tab_shows_a_new_state_and_keeps_focus_and_dialog(
    oak: Organization, accepted: Order, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{accepted.campaign_id}/orders/")
    row = page.get_by_role("row").filter(has_text=f"@{accepted.account.handle}")
    expect(row.get_by_text("Accepted")).to_be_visible()
    opener = row.get_by_role("link", name="Timeline")
    opener.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Accepted").first).to_be_visible()
    page.evaluate("window.isTheSamePage = true")

    with organization_scope(oak):
        now = timezone.now()
        Order.objects.filter(pk=accepted.pk).update(state=OrderState.IN_REVIEW, state_at=now)
    expect(row.get_by_text("In review")).to_be_visible()
    expect(dialog.get_by_text("In review").first).to_be_visible()
    expect(page.locator("#list-news")).to_contain_text("In review")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()

    with organization_scope(oak):
        Order.objects.filter(pk=accepted.pk).update(state=OrderState.FULFILLED)
    expect(row.get_by_text("Fulfilled")).to_be_visible()
    expect(opener).to_be_focused()
    assert page.evaluate("window.isTheSamePage") is True


def test_a_page_stops_asking_when_nothing_is_under_way_and_in_a_hidden_tab(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        whole.campaign.order_requests.exclude(orders__isnull=False).delete()
        whole.campaign.orders.update(state=OrderState.FULFILLED)
    page = signed_in(manager)
    path = f"/o/oak/campaigns/{whole.campaign.pk}/orders/"
    page.goto(path)
    with requests_of(page) as seen:
        page.wait_for_timeout(3_000)
    assert without_bell(seen) == []

    with organization_scope(oak):
        Order.objects.filter(pk=whole.order.pk).update(state=OrderState.ACCEPTED)
    page.goto(path)
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {get: () => window.isAway});
        window.isAway = true;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    with requests_of(page) as seen:
        page.wait_for_timeout(3_000)
        assert seen == []
        page.evaluate(
            "window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))"
        )
        page.wait_for_timeout(500)
    assert len(without_bell(seen)) == 1


def test_a_video_joins_published_posts_when_tiktok_has_approved_it(
    oak: Organization, whole: Whole, accepted: Order, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/posts/?view=table")
    waiting = page.get_by_role("region", name="Videos tied to an order that are not published")
    expect(waiting).to_be_visible()
    posts = page.get_by_role("region", name="Published posts").get_by_role("row")
    before = posts.count()
    with organization_scope(oak):
        Post.objects.filter(pk=whole.in_review.pk).update(
            review_state=ReviewState.SUCCEED,
            published_since=timezone.now(),
            published_at=timezone.now(),
        )
    expect(posts).to_have_count(before + 1)
    expect(waiting).to_be_hidden()
    expect(page.get_by_role("link", name=f"Published Posts {before - 1}")).to_be_visible()


def test_an_influencers_page_shows_what_a_sync_in_the_background_brings(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    account = whole.accounts["marketplace"]
    with organization_scope(oak):
        polls = Work.objects.filter(kind=PollKind.PROFILE, subject_id=account.creator_id)
        polls.update(lease_until=timezone.now() + timedelta(minutes=5))
    page = signed_in(manager)
    page.goto(f"/o/oak/influencers/{account.influencer_id}/")
    expect(page.get_by_text("Updating now…").first).to_be_visible()
    with organization_scope(oak):
        Creator.objects.filter(pk=account.creator_id).update(follower_count=777_000)
        polls.update(lease_until=None)
    expect(page.locator(".stat").filter(has_text="777K")).to_be_visible()
    expect(page.get_by_text("Updating now…")).to_have_count(0)
    expect(page.locator("#influencer")).not_to_have_attribute("data-live", "")


def test_what_somebody_types_is_left_alone(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/orders/")
    field = page.get_by_label("Campaign code, if TikTok shows one")
    field.fill("ABC")
    with organization_scope(oak):
        Campaign.objects.filter(pk=whole.campaign.pk).update(name="Winter loaf")
        Order.objects.filter(pk=whole.order.pk).update(state=OrderState.REJECTED)
    page.wait_for_timeout(4_000)
    expect(field).to_have_value("ABC")
    field.fill("")
    expect(page.get_by_role("table").get_by_text("Rejected").first).to_be_visible()


def test_a_creator_sees_the_first_numbers_of_a_new_connection_without_a_reload(
    oak: Organization, whole: Whole, creator: User, signed_in: Callable[..., Page]
) -> None:
    account = whole.accounts["authenticated"]
    with organization_scope(oak):
        polls = Work.objects.filter(subject_id=account.creator_id, kind=PollKind.PROFILE)
        polls.update(due_at=timezone.now(), postponed_reason="")
    page = signed_in(creator, 390)
    page.goto("/me/sharing/")
    expect(page.get_by_text("Next update within minutes.").first).to_be_visible()
    with organization_scope(oak):
        polls.update(due_at=timezone.now() + timedelta(hours=20))
    expect(page.get_by_text("Next update in 19 hours.").first).to_be_visible()


def test_the_job_indicator_goes_away_by_itself_when_the_job_is_done(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        job = Job.objects.create(kind="invite", actor=manager, total_count=3)
    page = signed_in(manager)
    page.goto("/o/oak/mail/")
    expect(page.get_by_text("1 job running")).to_be_visible()
    with organization_scope(oak):
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    expect(page.get_by_text("1 job running")).to_be_hidden(timeout=15_000)
    with requests_of(page) as seen:
        page.wait_for_timeout(2500)
    assert without_bell(seen) == []


def test_who_is_signed_out_meanwhile_reads_so_once(
    accepted: Order, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{accepted.campaign_id}/orders/")
    page.context.clear_cookies()
    sentence = page.get_by_text(
        "You are signed out, so this page no longer brings itself up to date."
    )
    expect(sentence).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Accepted").first).to_be_visible()
    with requests_of(page) as seen:
        page.wait_for_timeout(2500)
    assert seen == []
    expect(sentence).to_have_count(1)
