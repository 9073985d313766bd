"""Every page as people find it who look at it on a phone, in the dark, by keyboard or with a screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.enums import ContractState
from crm.models import Import
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.documents.contracts import change_state, create_contract
from crm.services.tasks import create_task
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.campaigns.test_results import roll
from tests.crm.imports.conftest import previewed
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AXE = (django_settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
THEMES = [(1440, "light"), (390, "dark")]
ALL_THEMES = [*THEMES, (1440, "dark"), (390, "light")]
# With two rules that axe leaves out by default.
RUN_AXE = """async () => {
  const rules = {"label-content-name-mismatch": {enabled: true}, "target-size": {enabled: true}};
  const {violations} = await axe.run({resultTypes: ["violations"], rules});
  return violations
    .filter(({impact}) => ["serious", "critical"].includes(impact))
    .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 120)}`));
}"""
# A window that is not painted has no frames: it is looked at as it stands after five seconds.
SETTLED = """() => Promise.race([
  new Promise((done) => setTimeout(done, 5000)),
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(
    () => Promise.allSettled(document.getAnimations()
      .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
      .map((each) => each.finished)))])"""
OVERHANG = """() => Math.max(
  document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll(".table-frame")]
    .filter((frame) => getComputedStyle(frame).overflowX === "visible")
    .map((frame) => frame.scrollWidth - frame.clientWidth),
)"""


def barriers(page: Page, path: str, syncs: list[tuple[int, str]]) -> Iterator[str]:
    """The accessibility barriers of a page, in each of these widths and colour schemes."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    page.evaluate(AXE)
    page.evaluate("document.querySelector('.phone-nav')?.style.setProperty('position', 'static')")
    for width, scheme in syncs:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        page.evaluate(
            "scrollTo(0, 0)"
        )  # what is under a heading or a bar that stays in sight is no neighbour
        page.evaluate(SETTLED)
        yield from (f"{path} at {width} px, {scheme}: {found}" for found in page.evaluate(RUN_AXE))
        if overhang := page.evaluate(OVERHANG):
            yield f"{path} at {width} px hangs over by {overhang} px"


def main_paths(whole: Whole) -> list[str]:
    """The pages where staff spend their day."""
    campaign = f"campaigns/{whole.campaign.pk}/"
    below_oak = [
        "",
        "influencers/",
        f"influencers/{whole.accounts['authenticated'].influencer_id}/",
        campaign,
        f"{campaign}posts/",
        f"{campaign}posts/{whole.by_order.pk}/",
    ]
    return [f"/o/oak/{path}" for path in below_oak]


def crm_paths(whole: Whole) -> list[str]:
    kinds = ("marketplace", "outside", "unsupported", "invited", "ended")
    names = ("add", "new", "archived", "columns", "duplicates", "export", "import", "lists")
    below_oak = [
        "tasks/",
        "alerts/",
        "settings/notifications/",
        "mailings/",
        "influencers/?q=nobody-of-this-name",
        *(f"influencers/{name}/" for name in names),
        f"influencers/{whole.alone.pk}/",
        f"influencers/{whole.alone.pk}/records/?kind=tasks",
        *(f"influencers/{whole.accounts[kind].influencer_id}/" for kind in kinds),
    ]
    return [f"/o/oak/{path}" for path in below_oak]


def other_paths(whole: Whole) -> list[str]:
    campaign = f"campaigns/{whole.campaign.pk}/"
    below_oak = [
        "activity/",
        "search/",
        "campaigns/",
        "campaigns/?view=board",
        "campaigns/new/",
        "discover/",
        "settings/organization/",
        "settings/tiktok/",
        f"{campaign}orders/",
        f"{campaign}orders/new/",
        f"{campaign}orders/{whole.order.pk}/",
        f"{campaign}influencers/",
        f"{campaign}report/",
        f"{campaign}review/",
        f"{campaign}review/{whole.review.pk}/",
        f"{campaign}review/{whole.review.pk}/?v=1",
        f"{campaign}review/{whole.review.pk}/?v=2&beside=1",
        f"{campaign}settings/",
        f"{campaign}brief/add/",
        f"{campaign}report/campaigns/",
        f"{campaign}networks/columns/",
        f"{campaign}posts/add/{whole.listed.pk}/",
        f"{campaign}posts/?view=table",
        f"{campaign}posts/filter/?field=creator",
        f"{campaign}posts/columns/",
        f"{campaign}posts/all/",
        f"{campaign}posts/all/?view=table",
        f"{campaign}networks/",
        f"{campaign}networks/?view=table",
        f"{campaign}networks/queue/",
        f"{campaign}networks/all/",
        f"{campaign}networks/add/",
        f"{campaign}networks/import/",
        f"{campaign}posts/{whole.by_hand.pk}/",
        f"{campaign}posts/{whole.in_review.pk}/",
    ]
    own = ["/accounts/2fa/", "/accounts/password/change/"]
    return [*(f"/o/oak/{path}" for path in below_oak), *own]


@pytest.fixture
def _busy(whole: Whole, oak: Organization, manager: User) -> None:
    """A task that is due, so that the bell counts, and somebody with twelve tags."""
    with organization_scope(oak):
        create_task(
            whole.alone,
            "Call them",
            assignee_id=manager.pk,
            due_on=timezone.now().date(),
            actor=None,
        )
        for number in range(12):
            tag = create_tag(f"Long-term partner {number}", actor=None)
            tag_influencers(tag, [whole.alone], actor=None)
        lena = a_network_account("lena.lifts", campaign=whole.campaign)
        a_place(
            whole.campaign,
            a_network_post(
                lena, "1", views=1200, numbers_source="imported", numbers_at=timezone.now()
            ),
        )
        roll()
        found = a_network_post(lena, "2", caption="My #loaf " + "looong" * 20)
        a_place(whole.campaign, found, origin="keyword", state="waiting", matched=["#loaf"])


@pytest.mark.usefixtures("_busy")
@pytest.mark.parametrize(
    ("paths", "syncs"), [(main_paths, ALL_THEMES), (crm_paths, THEMES), (other_paths, THEMES)]
)
def test_pages_of_staff_have_no_barrier(
    whole: Whole, manager: User, signed_in: Callable[..., Page], paths: Any, syncs: Any
) -> None:
    page = signed_in(manager)
    found = [b for path in paths(whole) for b in barriers(page, path, syncs)]
    assert not found, "\n".join(found)


def test_pages_of_an_influencer_have_no_barrier_down_to_320_pixels(
    oak: Organization, whole: Whole, manager: User, creator: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(creator, 390)
    with organization_scope(oak):
        account = whole.accounts["authenticated"]
        contract = create_contract(
            account.influencer, "Terms of autumn", text="Two films.", actor=manager
        )
        change_state(contract, ContractState.SENT, actor=manager)
    paths = [
        "/me/",
        "/me/data/",
        "/me/data/erase/",
        "/me/data/copy/",
        "/me/sharing/",
        "/me/sign-in/",
        "/me/organizations/oak/",
        "/me/organizations/oak/connect/",
    ]
    paths += [
        f"/me/organizations/oak/{p}/"
        for p in (f"posts/{whole.by_order.pk}", f"contracts/{contract.pk}")
    ]
    syncs = [(390, "light"), (320, "dark")]
    assert [b for path in paths for b in barriers(page, path, syncs)] == []


def test_pages_of_a_visitor_have_no_barrier(db: None, open_page: Any) -> None:
    page = open_page()
    paths = ["/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/", "/sso/"]
    paths += ["/components/"]
    assert [b for path in paths for b in barriers(page, path, THEMES)] == []


def test_an_absent_page_says_so_without_a_barrier(db: None, chromium: Browser, site: str) -> None:
    page = chromium.new_page(base_url=site)
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", level=1, name="There is nothing here")).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.close()


def test_on_a_phone_an_order_is_creator_and_state_next_step_due_date_and_a_line_of_numbers(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager, 390)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/orders/")
    for row in page.locator("#orders tbody tr").all():
        names = ("th", ".order-state", ".order-step", ".order-due", ".order-number >> nth=0")
        boxes = [row.locator(name).bounding_box() for name in names]
        name, state, step, due, number = (box for box in boxes if box)
        assert state["y"] < name["y"] + name["height"] <= step["y"]
        assert step["y"] + step["height"] <= due["y"] < due["y"] + due["height"] <= number["y"]
        whole_row = row.bounding_box()
        assert whole_row
        assert whole_row["height"] <= 240
        button = row.locator(".order-acts .btn").first.bounding_box()
        assert button
        assert button["x"] + button["width"] <= 390


def test_on_a_phone_a_row_is_name_number_and_badge_and_countries_have_names(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager, 390)
    page.goto("/o/oak/influencers/")
    row = page.get_by_role("row").filter(has_text="Lena Lifts")
    expect(row.locator("td:visible")).to_have_count(
        3
    )  # name, followers, badge; a tick lies over them
    expect(row.locator("td.num:visible")).to_have_text(["184,200"])
    expect(row.get_by_role("link", name="Lena Lifts")).to_be_visible()

    page.goto(f"/o/oak/influencers/{whole.accounts['authenticated'].influencer_id}/")
    expect(page.get_by_role("rowheader", name="Germany")).to_be_visible()
    expect(page.get_by_text("12,500.00")).to_be_visible()
    page.goto(f"/o/oak/influencers/{whole.alone.pk}/")
    page.locator("summary").filter(has_text="Details").click()  # folded on a phone
    expect(page.get_by_text("English", exact=True)).to_be_visible()


def test_a_campaign_says_whose_authorization_has_ended(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    for path in ("influencers/", "orders/new/"):
        page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/{path}")
        ended = page.get_by_role("row").filter(has_text="Reconnect needed")
        expect(ended).to_have_count(1)
        expect(ended).to_contain_text(f"@{whole.accounts['ended'].handle}")


def test_the_dialog_of_a_page_opens_closes_and_gives_the_focus_back(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/influencers/")
    opener = page.get_by_role("link", name="Add account")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add an account")
    expect(dialog.get_by_role("textbox", name="Account")).to_be_focused()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_menus_open_and_close_by_keyboard(
    manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/")
    for menu in (page.locator(".switcher"), page.locator(".user-menu")):
        summary = menu.locator("summary")
        summary.focus()
        page.keyboard.press("Enter")
        expect(menu.locator(".menu-panel")).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu.locator(".menu-panel")).to_be_hidden()
        expect(summary).to_be_focused()


def test_an_influencer_stops_sharing_only_after_a_second_word(
    creator: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(creator, 390)
    page.goto("/me/sharing/")
    opener = page.get_by_role("button", name="Stop sharing").first
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep sharing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_admin_connects_tiktok_and_disconnects_it_without_a_barrier(
    tiktok: Any, elm: Organization, signed_in: Callable[..., Page]
) -> None:
    page, path = signed_in(a_member(elm), 390), "/o/elm/settings/tiktok/"
    assert list(barriers(page, path, THEMES)) == []
    page.get_by_role("link", name="Settings").click()
    page.locator("main").get_by_role("link", name="TikTok", exact=True).click()
    page.get_by_role("button", name="Connect TikTok").click()
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_text("Harbour Goods and Creator Marketplace")).to_be_visible()
    card = page.get_by_role("region", name="Harbour Goods")
    expect(card.get_by_text("In use for new orders and look-ups")).to_be_visible()
    assert list(barriers(page, path, THEMES)) == []
    card.get_by_role("link", name="Disconnect").click()
    dialog = page.get_by_role("dialog", name="Disconnect Harbour Goods?")
    expect(dialog.get_by_text("It was given for several accounts at once")).to_be_visible()
    dialog.get_by_role("button", name="Disconnect").click()

    expect(page.get_by_text("No account is connected")).to_be_visible()
    assert list(barriers(page, path, THEMES)) == []


def test_a_form_on_a_page_of_its_own_stays_there_and_leads_to_its_first_error(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager, 390)
    page.goto("/o/oak/influencers/add/")
    page.get_by_role("button", name="Add account").click()
    expect(
        page.get_by_text("Enter the @name of an account, or its profile's address.")
    ).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Account")).to_be_focused()

    page.goto(
        f"/o/oak/campaigns/{whole.campaign.pk}/orders/new/?account={whole.by_hand.account_id}"
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("What to make")).to_be_focused()


def test_a_double_click_opens_a_dialog_and_leaves_it_open(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/influencers/")
    page.get_by_role("link", name="Add account").dblclick()
    field = page.get_by_role("dialog").get_by_role("textbox", name="Account")
    expect(field).to_be_focused()
    page.mouse.click(5, 5)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_a_dialog_shows_next_takes_the_focus_up(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/orders/")
    page.get_by_role("link", name="Timeline of").first.click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=2).first).to_be_focused()
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/influencers/")
    page.get_by_role("link", name="Ask to connect").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send the link").click()
    expect(dialog.get_by_label("E-mail address of the creator")).to_be_focused()


def test_a_list_that_changes_says_what_it_shows_now(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/influencers/")
    news = page.locator("#list-news")
    page.get_by_role("searchbox").fill("Lena")
    expect(news).to_have_text("1 row shown")
    page.get_by_role("searchbox").fill("nobody-of-this-name")
    expect(news).to_have_text("No matches")


def test_an_import_of_posts_inside_its_campaign_has_no_barrier(
    whole: Whole, oak: Organization, manager: User, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        column = {"name": "Account", "sample": "@lena", "field": "account", "policy": "fill_empty"}
        parent = Import.objects.create(
            name="posts.csv", about="posts", context={"campaign": whole.campaign.pk, "way": "list"}, stage="preview",
            encoding="utf-8-sig", delimiter=",", columns=[column], row_count=1, counts={"error": 1}, started_by=manager,
        )  # fmt: skip
        parent.rows.create(
            number=2, fate="error", label="Warm up", handle="lena.lifts", values={"missing": ["instagram", "lena.lifts"]},
            reasons=[["", "@lena.lifts takes no part in this campaign.", ""]], cells=["@lena.lifts"],
        )  # fmt: skip
    page = signed_in(manager)
    path = f"/o/oak/campaigns/{whole.campaign.pk}/networks/import/{parent.pk}/"
    assert list(barriers(page, path, ALL_THEMES)) == []
    expect(page.get_by_label("Creator of @lena.lifts")).to_be_visible()


def test_a_row_of_a_preview_is_corrected_in_a_dialog(
    oak: Organization, manager: User, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        roster = "Name,Mail\nMaya,maya@x.example\nMaya,maya@x.example\nOle,nobody\n"
        parent = previewed(roster, manager)
    page = signed_in(manager)
    path = f"/o/oak/influencers/import/{parent.pk}/"
    assert list(barriers(page, path, ALL_THEMES)) == []
    expect(page.get_by_role("button", name="Merge into row 2 what row 3 says")).to_be_visible()
    page.get_by_role("link", name="Correct row 4").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This is no e-mail address.")).to_be_visible()
    dialog.get_by_label("Mail").fill("")
    dialog.get_by_label("Name").fill("")
    dialog.get_by_role("button", name="Check row").click()
    expect(dialog.get_by_text("The row has neither a name nor")).to_be_visible()
    dialog.get_by_label("Name").fill("Ole")
    dialog.get_by_label("Mail").fill("ole@x.example")
    dialog.get_by_role("button", name="Check row").click()
    expect(page.get_by_text("Row 4 is corrected.")).to_be_visible()
