"""Settings, TikTok: what members see of the organization's own accounts, and what owners and admins may do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import SECOND_ACCOUNT_ID, a_member, allow, connect
from tests.crm.conftest import queries_in
from tests.sandbox_process import TTO_ACCOUNT_ID
from tiktok import limits
from tiktok.errors import MarketplaceAccessEnded
from tiktok.models import ConnectAttempt, MarketplaceAccount
from tiktok.services.brands import oauth
from tiktok.services.grants import attempts
from tiktok.store import key, store

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/tiktok/"


@pytest.fixture
def signed_in(elm) -> Callable[..., Client]:
    def sign_in(role: Role = Role.ADMIN, organization: Organization = elm) -> Client:
        client = Client()
        client.force_login(a_member(organization, role))
        return client

    return sign_in


@pytest.fixture
def connected(tiktok, elm) -> MarketplaceAccount:
    return connect(tiktok, a_member(elm, Role.OWNER), elm).accounts[0]


def text(response) -> str:
    """The text that a reader sees of a page's main part, on one line."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()
    return words.replace("&#x27;", "'").replace("&amp;", "&")


def is_connected_at_tiktok(account: MarketplaceAccount) -> bool:
    with organization_scope(account.organization_id):
        return MarketplaceAccount.objects.get(pk=account.pk).is_connected


def reported(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def url(name: str, account: MarketplaceAccount, slug: str = "elm") -> str:
    return reverse(f"tiktok_settings:{name}", args=[slug, account.pk])


# --- looking -----------------------------------------------------------------------------------------------------
def test_without_an_account_the_page_says_what_one_is_for_and_how_to_connect_it(signed_in) -> None:
    page = signed_in().get(PAGE)
    assert "No TikTok account connected yet Connect your TikTok One" in text(page)
    assert f'action="{PAGE}connect/"' in page.content.decode()


def test_the_page_shows_how_each_account_stands(signed_in, connected) -> None:
    shown = text(signed_in().get(PAGE))
    for words in (
        "Harbour Goods TikTok One Connected In use for new orders and look-ups",
        f"Account at TikTok {TTO_ACCOUNT_ID} Country GB Time zone Europe/London Verification Passed",
        "Connected just now Last checked just now TikTok's events Set up:",
        "Campaign codes. TikTok One has invite links only.",
        "TikTok's events None: Creator Marketplace sends no events, so orders are checked every hour.",
        "Use this account Check now Disconnect",
    ):
        assert words in shown
    assert shown.count("In use for new orders") == 1


def test_while_calls_go_through_nothing_is_said_of_pauses(signed_in) -> None:
    limits.pause(limits.SHORT_PAUSE_SECONDS)
    store().zadd(
        key("breakers"), {"/tcm/creator/public/": time.time() - 1}
    )  # tried with the next call
    assert "paused" not in text(signed_in().get(PAGE))


def test_a_reached_limit_is_said_with_the_time_when_calls_go_on(signed_in) -> None:
    limits.pause(300)
    ends = timezone.now() + timedelta(seconds=300)
    page = signed_in(Role.VIEWER).get(PAGE)
    assert said_of_pauses(page) in {
        f"Calls to TikTok are paused until {moment:%H:%M} UTC (in 4 minutes) because TikTok's request limit is reached."
        for moment in (ends, ends + timedelta(seconds=2))
    }
    assert f'title="{ends:%Y-%m-%d} ' in page.content.decode()


def test_a_used_up_day_is_said_to_last_until_midnight(signed_in, settings) -> None:
    settings.TIKTOK_REQUESTS_PER_DAY = 1
    limits.take("/x/")
    said = said_of_pauses(signed_in().get(PAGE))
    assert re.fullmatch(
        r"Calls to TikTok are paused until 00:00 UTC \(in \d+ (hour|minute)s?\) because TikTok's request limit is reached\.",
        said,
    )


def test_endpoints_that_do_not_answer_are_named_with_the_time_when_they_are_tried(
    signed_in,
) -> None:
    ends = time.time() + 600
    store().zadd(key("breakers"), {"/tto/b/": ends, "/tcm/a/": ends - 300})
    moment = datetime.fromtimestamp(ends, UTC)
    assert said_of_pauses(signed_in().get(PAGE)) == (
        f"Calls to TikTok at /tcm/a/ , /tto/b/ are paused until {moment:%H:%M} UTC (in 9 minutes)"
        " because TikTok did not answer."
    )


def test_while_calls_cannot_be_counted_the_page_says_so(signed_in, settings) -> None:
    settings.REDIS_URL = "unix:///nobody/listens.sock"
    assert said_of_pauses(signed_in().get(PAGE)) == (
        "Calls to TikTok are paused because requests to TikTok cannot be counted just now."
    )


def said_of_pauses(page) -> str:
    shown = text(page).replace("\N{NO-BREAK SPACE}", " ")
    [said] = re.findall(r"(Calls to TikTok .*) What waits is asked by itself afterwards", shown)
    return " ".join(said.replace(" )", ")").replace("( ", "(").split())


def test_events_that_are_not_set_up_are_said_with_a_way_to_try_again(
    tiktok, signed_in, connected, elm
) -> None:
    with organization_scope(elm):
        MarketplaceAccount.objects.update(subscription_id="")
    client = signed_in()
    assert "TikTok's events Not set up Tied videos are found by the hourly check instead." in (
        shown := text(client.get(PAGE))
    )
    assert "Try again" in shown
    tiktok.control("fail", times=1, path="/tto/oauth2/info/", code=40001)
    refused = client.post(url("check", connected), follow=True)
    assert reported(refused)[0].startswith("TikTok refused: ")
    assert reported(refused)[0] in text(refused)

    mended = client.post(url("check", connected), follow=True)

    assert reported(mended) == ["Harbour Goods was checked with TikTok just now."]
    assert "TikTok's events Set up:" in text(mended)
    assert "TikTok refused" not in text(mended)


def test_a_disconnected_account_says_why_and_offers_to_reconnect(
    tiktok, signed_in, connected
) -> None:
    tiktok.control("brand/revoke", token=connected.open_token())
    client = signed_in()
    page = client.post(url("check", connected), follow=True)
    assert "renew it in Settings" in reported(page)[0]
    shown = text(page)
    assert "No account is connected Creators cannot be looked up" in shown
    assert "Harbour Goods TikTok One Disconnected TikTok no longer accepts the permission" in (
        shown
    )
    assert "Reconnect" in shown
    again = client.post(url("check", connected), follow=True)
    assert reported(again) == reported(page)


def test_whoever_only_reads_sees_the_same_without_buttons(signed_in, connected) -> None:
    page = signed_in(Role.VIEWER).get(PAGE)
    assert "Harbour Goods TikTok One Connected" in text(page)
    assert "Owners and admins can connect, choose and disconnect accounts." in text(page)
    main = page.content.decode()
    assert "<form" not in main[main.index("<main") : main.index("</main>")]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_only_owners_and_admins_change_anything(signed_in, connected, role) -> None:
    client = signed_in(role)
    for address in (f"{PAGE}connect/", *(url(n, connected) for n in ("choose", "check"))):
        assert client.post(address).status_code == 403
    for method in (client.get, client.post):
        assert method(url("disconnect", connected)).status_code == 403
    assert is_connected_at_tiktok(connected)


def test_an_account_of_another_organization_is_not_there(signed_in, connected, oak) -> None:
    client = signed_in(Role.OWNER, oak)
    for name in ("choose", "check", "disconnect"):
        assert client.post(url(name, connected, "oak")).status_code == 404
        assert client.post(url(name, connected)).status_code == 404
    assert client.get(url("disconnect", connected, "oak")).status_code == 404
    assert "Northlight" not in client.get("/o/oak/settings/tiktok/").content.decode()
    assert is_connected_at_tiktok(connected)


def test_the_page_takes_the_same_few_queries_whatever_it_shows(
    tiktok, signed_in, connected, elm
) -> None:
    client = signed_in()
    client.get(PAGE)
    one = queries_in(client, PAGE)
    connect(tiktok, a_member(elm, name="bea"), elm, SECOND_ACCOUNT_ID)
    assert queries_in(client, PAGE) == one == 5


def test_no_token_is_on_any_of_the_pages(signed_in, connected) -> None:
    client = signed_in()
    for address in (PAGE, url("disconnect", connected)):
        body = client.get(address).content.decode()
        assert connected.name in body
        for secret in (connected.open_token(), connected.sealed_token, str(connected.sealing_id)):
            assert secret not in body


# --- connecting --------------------------------------------------------------------------------------------------
def test_an_admin_connects_through_tiktoks_page_and_comes_back_to_the_settings(
    tiktok, signed_in, elm
) -> None:
    client = signed_in()
    before = client.get(PAGE)
    assert f"form-action 'self' {tiktok.url}" in before["Content-Security-Policy"]
    there = client.post(f"{PAGE}connect/")
    assert there["Location"].startswith(f"{tiktok.url}/portal/auth?")
    answer = allow(tiktok, there["Location"])

    back = client.get(reverse("tiktok_brand_callback"), answer, follow=True)

    assert back.redirect_chain == [(PAGE, 302)]
    assert reported(back) == [
        "Harbour Goods and Creator Marketplace 7300000000000000009 are connected."
    ]
    assert "In use for new orders and look-ups" in text(back)
    with organization_scope(elm):
        token = MarketplaceAccount.objects.first().open_token()
    assert token not in str(dict(client.session))


def test_what_could_not_be_set_up_is_said_on_the_way_back(tiktok, signed_in) -> None:
    client = signed_in()
    answer = allow(tiktok, client.post(f"{PAGE}connect/")["Location"])
    tiktok.control("fail", times=1, path="/subscription/subscribe/", code=40001)
    back = client.get(reverse("tiktok_brand_callback"), answer, follow=True)
    assert reported(back)[1].startswith(
        "Not everything could be set up; we keep trying. TikTok ref"
    )
    assert "Not set up" in text(back)


def test_an_account_that_ended_before_its_first_check_is_not_said_to_be_connected(
    tiktok, signed_in, monkeypatch
) -> None:
    first_check = oauth._first_check

    def late(accounts):
        tiktok.control("brand/revoke", token=accounts[0].open_token())
        return first_check(accounts)

    monkeypatch.setattr(oauth, "_first_check", late)
    client = signed_in()
    answer = allow(tiktok, client.post(f"{PAGE}connect/")["Location"])
    back = client.get(reverse("tiktok_brand_callback"), answer, follow=True)
    assert back.redirect_chain == [(PAGE, 302)]
    assert reported(back) == [
        f"Not everything could be set up; we keep trying. {MarketplaceAccessEnded()}"
    ]


def test_a_refusal_is_said_right_there_with_the_way_back(tiktok, signed_in) -> None:
    client = signed_in()
    answer = allow(tiktok, client.post(f"{PAGE}connect/")["Location"], decision="deny")
    page = client.get(reverse("tiktok_brand_callback"), answer)
    assert page.status_code == 400
    assert f"Nothing was connected {attempts.DENIED}" in text(page)
    assert f'href="{PAGE}"' in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_an_answer_nobody_asked_for_shows_nothing_of_itself(signed_in) -> None:
    hostile = {"state": "<b>x</b>", "auth_code": "<i>y</i>", "error": "<u>z</u>"}
    page = signed_in().get(reverse("tiktok_brand_callback"), hostile)
    assert page.status_code == 400
    assert attempts.UNKNOWN_STATE in text(page)
    for markup in hostile.values():
        assert markup not in page.content.decode()


def test_another_browser_of_the_same_person_is_refused(tiktok, elm) -> None:
    ada = a_member(elm)
    first, second = Client(), Client()
    first.force_login(ada)
    second.force_login(ada)
    answer = allow(tiktok, first.post(f"{PAGE}connect/")["Location"])
    page = second.get(reverse("tiktok_brand_callback"), answer)
    assert attempts.OTHER_SESSION in text(page)
    assert ConnectAttempt.objects.get().used_at is None


# --- choosing, disconnecting -------------------------------------------------------------------------------------
def test_an_admin_chooses_the_account_in_use(signed_in, connected, elm) -> None:
    with organization_scope(elm):
        other = MarketplaceAccount.objects.exclude(pk=connected.pk).get()
    page = signed_in().post(url("choose", other), follow=True)
    assert reported(page) == [
        f"New orders and look-ups go through {other} from now on, where the creator is in its marketplace."
    ]
    assert f"{other} Creator Marketplace Connected In use for new orders" in text(page)


def test_disconnecting_says_first_what_ends_with_it(signed_in, connected) -> None:
    client = signed_in()
    for headers in ({}, {"HX-Request": "true"}):
        asked = client.get(url("disconnect", connected), headers=headers).content.decode()
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", asked))
        for sentence in (
            "Disconnect Harbour Goods?",
            "Creator Marketplace 7300000000000000009 ends with it.",
            "Orders sent through these accounts are no longer followed. Creators cannot be looked up",
            "The numbers collected so far stay",
        ):
            assert sentence in words
    assert is_connected_at_tiktok(connected)


def test_an_account_whose_token_does_not_open_says_so_and_spoils_no_other(
    signed_in, connected
) -> None:
    said = (
        "The stored permission does not open (key 'lost'). Connect the account again, or have operations restore the key in"
        " TOKEN_KEYS."
    )
    with organization_scope(connected.organization_id):
        lost = MarketplaceAccount.objects.create(
            name="Lost", tiktok_account_id="9", sealed_token="lost.bm90aGluZw=="
        )
    client = signed_in()
    for method in (client.get, client.post):
        assert said in reported(method(url("disconnect", lost), follow=True))[0]
    assert reported(client.post(url("check", lost), follow=True)) == [said]
    assert said in text(client.get(PAGE))
    client.post(url("disconnect", connected))
    assert [is_connected_at_tiktok(connected), is_connected_at_tiktok(lost)] == [False, True]


def test_a_disconnected_account_is_gone_from_use_and_its_siblings_too(signed_in, connected) -> None:
    client = signed_in()
    page = client.post(url("disconnect", connected), follow=True)
    gone = "Harbour Goods and Creator Marketplace 7300000000000000009 are disconnected."
    assert reported(page) == [f"{gone} The numbers collected so far stay."]
    assert text(page).count("It was disconnected here.") == 2
    by_htmx = client.post(url("disconnect", connected), headers={"HX-Request": "true"})
    assert by_htmx["HX-Redirect"] == PAGE
    assert client.get(url("disconnect", connected)).status_code == 302


def test_tiktok_out_of_reach_keeps_the_account_connected(tiktok, signed_in, connected) -> None:
    tiktok.control("fail", times=9, path="/oauth2/revoke_token/", code=50000)
    page = signed_in().post(url("disconnect", connected), follow=True)
    assert reported(page)[0].startswith(
        "Harbour Goods is still connected; nothing has changed here. TikTok could not be reached"
    )
    assert "Harbour Goods TikTok One Connected" in text(page)
