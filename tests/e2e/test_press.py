"""A press reaches what was pressed, whatever arrives meanwhile; and what arrives by itself moves nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from campaigns.enums import OrderState
from campaigns.models import Order
from crm.models import Duplicate
from jobs.models import Job
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import SETTLED, main_paths
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
# What is elsewhere than when it was first asked; what was replaced is known by its address.
MOVED = """() => {
  const seen = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
    .filter((each) => each.checkVisibility());
  window.places ??= seen.map((each) => [each, each.getBoundingClientRect()]);
  const heir = ({href}) => {
    const heirs = href ? seen.filter((each) => each.href === href) : [];
    return heirs.length === 1 ? heirs[0] : null;
  };
  return window.places
    .map(([each, was]) => [each, was, (each.isConnected ? each : heir(each))?.getBoundingClientRect()])
    .filter(([, was, is]) => is?.width && Math.hypot(was.x - is.x, was.y - is.y) > 1)
    .map(([each, was, is]) => `${each.outerHTML.slice(0, 100)} ${was.x},${was.y} ${is.x},${is.y}`);
}"""
A_BLOCK_ARRIVES = """() => {
  const block = document.createElement("div");
  block.style.blockSize = "90px";
  document.querySelector("main").prepend(block);
}"""


def press(page: Page, place: Locator) -> tuple[float, float]:
    """Press the mouse in the middle of a place that is in sight, and keep it pressed."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def moved(page: Page, path: str) -> list[str]:
    """The things of a page that are elsewhere once its late parts have come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "hx-request" in route.request.headers:
            held.append(route)
        else:
            route.continue_()

    page.route("**/*", hold)
    page.goto(path)
    page.evaluate(SETTLED)
    page.evaluate(MOVED)
    for route in held:
        route.continue_()
    page.unroute("**/*")
    page.wait_for_load_state("networkidle")
    page.evaluate(SETTLED)
    return [f"{path}: {each}" for each in page.evaluate(MOVED)]


@pytest.mark.parametrize("width", [1440, 390])
def test_what_comes_after_the_page_moves_nothing_that_can_be_pressed(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page], width: int
) -> None:
    with organization_scope(oak):
        Job.objects.create(kind="crm.add_account", params={"handle": "maya.bakes"}, actor=manager)
        two = sorted([whole.alone.pk, whole.accounts["authenticated"].influencer_id])
        Duplicate.objects.create(first_id=two[0], second_id=two[1], matches=["email:3f2a"])
    page = signed_in(manager, width)
    paths = [*main_paths(whole), "/o/oak/influencers/?q=nobody-of-this-name", "/o/oak/activity/"]
    found = [each for path in paths for each in moved(page, path)]
    assert not found, "\n".join(found)


def test_a_button_is_where_it_stays_as_soon_as_a_field_above_it_has_the_focus(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.emulate_media(reduced_motion="no-preference")
    page.set_viewport_size({"width": 1440, "height": 400})
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/orders/new/?account={whole.alone.pk}")
    page.get_by_label("What to make").fill("One short video")
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Videos per creator").fill("1")
    assert page.evaluate("scrollY") > 100
    page.evaluate(MOVED)
    page.wait_for_timeout(400)
    assert page.evaluate(MOVED) == []


def test_a_press_reaches_the_button_that_moves_away_before_it_is_released(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/campaigns/new/")
    page.get_by_label("Name").fill("Rye")
    press(page, page.get_by_role("button", name="Create campaign"))
    page.evaluate(A_BLOCK_ARRIVES)
    page.mouse.up()
    expect(page.get_by_text("Fill this in.").first).to_be_visible()  # it was sent


def test_who_moves_away_before_the_release_has_not_pressed(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/campaigns/new/")
    page.get_by_label("Name").fill("Rye")
    x, y = press(page, page.get_by_role("button", name="Create campaign"))
    page.mouse.move(x, y - 60)
    page.mouse.up()
    page.wait_for_timeout(500)
    expect(page.get_by_label("Name")).to_have_value("Rye")


def test_a_page_that_brings_itself_up_to_date_waits_for_the_release(
    oak: Organization, whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        Order.objects.filter(pk=whole.order.pk).update(state=OrderState.ACCEPTED)
        handle = whole.order.account.handle
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/orders/")
    row = page.get_by_role("row").filter(has_text=f"@{handle}")
    press(page, row.get_by_role("link", name="Timeline"))
    with organization_scope(oak):
        Order.objects.filter(pk=whole.order.pk).update(state=OrderState.REJECTED)
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        pass
    page.wait_for_timeout(200)
    expect(row.get_by_text("Accepted")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(row.get_by_text("Rejected").first).to_be_visible()
