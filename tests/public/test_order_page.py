"""The creator's page of an order: who gets in, what counts as opening it, and what it says."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.models import Order
from campaigns.queries import order_with_posts
from campaigns.queries.order_checks import diagnose
from campaigns.queries.order_page import order_page
from campaigns.services.orders.contact.pages import SALT, page_url, replace_link
from influence.request_log import shown_path
from mail.models import Message
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import a_person
from tests.factories.campaigns import a_post, a_video

pytestmark = pytest.mark.django_db
CSRF = re.compile(rb"X-CSRFToken[^}]+")
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}


def path(order: Order) -> str:
    with organization_scope(order.organization):
        return page_url(order).removeprefix("http://testserver")


def opened(order: Order) -> tuple[str, list[str]]:
    with organization_scope(order.organization):
        order.refresh_from_db()
        return order.state, list(Event.objects.order_by("pk").values_list("verb", flat=True))


def get(order: Order, **extra: Any) -> Any:
    return Client(**PHONE).get(path(order), **extra)


def test_the_page_has_tiktoks_link_the_code_and_all_that_can_be_said(order: Order) -> None:
    page = get(order)
    text = page.content.decode()
    assert page.status_code == 200
    for part in (
        'href="https://www.tiktok.com/t/ZSbx1/"', "ABC-DEF", "Make 2 videos for Northwind", "<svg", "Two recipes",
        "I have published it already", "Ask a question", "I cannot do this order", 'lang="en"',
    ):  # fmt: skip
        assert part in text, part
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_opening_it_moves_the_order_once_and_is_told_once_a_day(order: Order) -> None:
    get(order)
    state, verbs = opened(order)
    assert (state, verbs[-1]) == (OrderState.OPENED, Verb.ORDER_OPENED)
    get(order)
    assert opened(order)[1] == verbs
    with organization_scope(order.organization):
        Order.objects.update(page_opened_at=timezone.now() - timedelta(days=2))
    get(order)
    assert opened(order) == (OrderState.OPENED, [*verbs, Verb.ORDER_PAGE_OPENED])


@pytest.mark.parametrize(
    "extra",
    [
        {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"HTTP_USER_AGENT": ""},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_SEC_FETCH_MODE": "cors"},
        {"HTTP_X_SEEN": "an earlier version"},
    ],
)
def test_what_is_no_person_does_not_open_it(order: Order, extra: dict[str, str]) -> None:
    assert get(order, **extra).status_code == 200
    assert opened(order)[0] == OrderState.SENT


def test_a_look_at_the_head_does_not_open_it(order: Order) -> None:
    assert Client(**PHONE).head(path(order)).status_code == 200
    assert opened(order)[0] == OrderState.SENT


def test_a_scanner_that_follows_the_link_of_a_mail_just_sent_does_not_open_it(order: Order) -> None:
    with organization_scope(order.organization):
        Message.objects.create(
            intent="x", recipient="maya@example.com", message_id="<x>", sent_at=timezone.now()
        )
    get(order)
    assert opened(order)[0] == OrderState.SENT


def test_a_member_who_looks_at_it_does_not_open_it(order: Order) -> None:
    member = a_person("olivia@example.com")
    add_member(order.organization, member, role=Role.MANAGER, actor=member)
    client = Client(**PHONE)
    client.force_login(member)
    assert client.get(path(order)).status_code == 200
    assert opened(order)[0] == OrderState.SENT


def test_a_link_that_is_not_ours_and_one_that_was_revoked_get_the_same_answer(order: Order) -> None:
    old = path(order)
    with organization_scope(order.organization):
        new = replace_link(order, actor=None)
    answers = [Client().get(url) for url in (old, "/i/x/", "/i/WzEsMSwxXQ:guess/")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({CSRF.sub(b"", answer.content) for answer in answers}) == 1
    assert b"This link does not work any more" in answers[0].content
    assert Client().get(path(new)).status_code == 200
    assert Verb.ORDER_PAGE_REPLACED in opened(new)[1]


def test_a_link_of_an_organization_that_is_gone_or_of_an_order_not_made_yet_does_not_work(
    order: Order,
) -> None:
    token = signing.Signer(salt=SALT).sign_object([2**40, order.pk, 1])
    assert Client().get(f"/i/{token}/").status_code == 404
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.CREATING)
    assert get(order).status_code == 404


def test_a_link_opens_its_own_order_alone(order: Order, elm: Organization) -> None:
    token = signing.Signer(salt=SALT).sign_object([elm.pk, order.pk, 1])
    assert Client().get(f"/i/{token}/").status_code == 404


def test_no_log_has_the_token(order: Order) -> None:
    token = path(order).split("/")[2]
    for end in ("", "used/", "question/"):
        assert token not in shown_path(f"/i/{token}/{end}")


def test_a_flood_is_turned_away(order: Order, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"order_page": "1/m/ip"}
    assert [get(order).status_code for _ in range(2)] == [200, 429]


def test_the_way_to_tiktok_is_noted_once(order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert client.post(f"{path(order)}used/").status_code == 204
    assert opened(order)[1].count(Verb.ORDER_LINK_USED) == 1
    assert order.link_used_at is not None


def test_it_brings_itself_up_to_date_until_the_order_is_at_its_end(order: Order) -> None:
    page = get(order)
    seen = page.content.decode().partition('data-live="')[2].partition('"')[0]
    assert get(order, HTTP_X_SEEN=seen).status_code == 204
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.ACCEPTED)
    assert "Next: publish 2 videos" in get(order, HTTP_X_SEEN=seen).content.decode()


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (OrderState.ACCEPTED, "Open TikTok to publish"),
        (OrderState.IN_REVIEW, "TikTok is checking your videos"),
        (OrderState.REJECTED, "TikTok did not approve a video"),
        (OrderState.FULFILLED, "Thank you, your 2 videos are live"),
        (OrderState.CANCELLED, "This order was cancelled"),
    ],
)
def test_it_says_where_the_order_stands(order: Order, state: OrderState, says: str) -> None:
    with organization_scope(order.organization):
        Order.objects.update(state=state)
    text = get(order).content.decode()
    assert says in text
    assert ("I have published it already" in text) == (state in {"accepted", "rejected"})
    assert "Ask a question" in text


def test_a_creator_sees_the_numbers_and_what_tiktok_says_of_their_videos(order: Order) -> None:
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.REJECTED)
        live, bad, asked = (a_video(order.account, str(n)) for n in (71, 72, 73))
        a_post(order.campaign, live, order=order)
        for video, state, reason in (
            (bad, "CONTENT_REVIEW_FAIL", "Not disclosed"),
            (asked, "LINK_ASKED", ""),
        ):
            a_post(
                order.campaign, video, order=order, review_state=state, review_reason=reason, published_since=None
            )  # fmt: skip
    text = get(order).content.decode()
    for part in ("1,000", "Not disclosed", "Waiting for you in TikTok", f'href="{bad.url}"'):
        assert part in text, part


def test_the_numbers_of_several_videos_stand_together_with_the_time_of_the_oldest(
    order: Order,
) -> None:
    read = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)
    with organization_scope(order.organization):
        facts: list[dict[str, Any]] = [
            {"video_views": 1_000, "average_play_time": 10, "video_completion_rate": 0.2, "report_fetched_at": read},
            {"video_views": 3_000, "average_play_time": 6, "counts_fetched_at": read + timedelta(days=1)},
            {"video_views": None, "likes": None, "average_play_time": 99},
        ]  # fmt: skip
        for number, numbers in enumerate(facts, 71):
            times = {"counts_fetched_at": read - timedelta(days=1)} | numbers
            a_post(order.campaign, a_video(order.account, str(number), **times), order=order)
        Order.objects.update(state=OrderState.FULFILLED)
        page = order_page(order.pk, order.page_version)
        assert page is not None
        assert dict(page.numbers)["average_play_time"] == 7.0
        assert page.numbers_at == read - timedelta(days=1)
    text = get(order).content.decode()
    for part in ("4,000", "7 s", "20.0 %", "From TikTok, read on", "Average play time"):
        assert part in text.replace("\N{NO-BREAK SPACE}", " "), part


@pytest.mark.parametrize(
    ("days", "says"),
    [(-2, "2 days late"), (0, "Today"), (1, "1 day left"), (12, "12 days left")],
)
def test_it_says_how_much_time_is_left(order: Order, days: int, says: str) -> None:
    with organization_scope(order.organization):
        Order.objects.update(due_on=timezone.now().date() + timedelta(days=days))
    text = get(order).content.decode()
    assert says in text
    assert ("You can still publish" in text) == (days < 0)


def test_an_order_with_all_its_videos_is_not_late(order: Order) -> None:
    with organization_scope(order.organization):
        Order.objects.update(
            due_on=timezone.now().date() - timedelta(days=2), state=OrderState.FULFILLED
        )
    text = get(order).content.decode()
    assert "late" not in text.partition('id="state"')[0]
    assert "Was due on" in text


# --- languages --------------------------------------------------------------------------------------------------------
def test_it_speaks_the_creators_language_else_the_browsers(order: Order) -> None:
    german = "Als Nächstes: in TikTok annehmen"
    assert german in get(order, HTTP_ACCEPT_LANGUAGE="fr, de-AT;q=0.8").content.decode()
    assert german not in get(order, HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    with organization_scope(order.organization):
        order.account.influencer.language = "de"
        order.account.influencer.save(update_fields=["language"])
    text = get(order, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert german in text
    assert '<html lang="de"' in text


def test_a_creator_may_choose_another_language_and_it_stays(order: Order) -> None:
    client = Client(**PHONE)
    assert "?lang=de" in client.get(path(order)).content.decode()
    assert "Als Nächstes" in client.get(f"{path(order)}?lang=de").content.decode()
    assert "Etwas fragen" in client.get(f"{path(order)}question/").content.decode()
    assert "Next: accept" in client.get(f"{path(order)}?lang=en").content.decode()


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("question", {"text": "May I film at night?"}),
        ("cannot", {"text": ""}),
        (
            "date",
            {"wished_on": (timezone.now() + timedelta(days=9)).date().isoformat(), "text": ""},
        ),
        ("published", {"link": "https://vm.tiktok.com/ZMabc/"}),
        ("quiet", {}),
        ("draft/1", {"text": "I bake at night."}),
        ("used", {}),
    ],
)
def test_what_a_creator_does_there_counts_as_having_opened_it(
    order: Order, what: str, data: dict[str, str]
) -> None:
    Client().post(f"{path(order)}{what}/", data)
    state, verbs = opened(order)
    assert (state, verbs.count(Verb.ORDER_OPENED)) == (OrderState.OPENED, 1)
    assert order.page_opened_at is not None
    with organization_scope(order.organization):
        found = diagnose(order_with_posts(order.campaign, order.pk))
        assert "The creator opened the page of the order." in [each.text for each in found.checks]
        assert found.cause != "not_opened"
        first = order.page_opened_at
    Client().post(f"{path(order)}{what}/", data)
    assert opened(order)[1].count(Verb.ORDER_PAGE_OPENED) == 0
    assert order.page_opened_at == first


def test_an_act_on_an_order_that_was_accepted_unseen_notes_the_time_alone(order: Order) -> None:
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.ACCEPTED)
    Client().post(f"{path(order)}question/", {"text": "When?"})
    state, verbs = opened(order)
    assert state == OrderState.ACCEPTED
    assert verbs[-2:] == [Verb.ORDER_PAGE_OPENED, Verb.ORDER_QUESTION_ASKED]
    assert order.page_opened_at is not None


def test_what_was_written_into_a_form_that_is_turned_away_is_kept(
    order: Order, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"order_reply": "1/m/ip"}
    words = {"text": "May I <film> at night?", "csrfmiddlewaretoken": "x" * 32, "code": "123456"}
    Client().post(f"{path(order)}question/", words)
    client = Client(headers={"Accept-Language": "de"})
    refused = client.post(f"{path(order)}question/", words)
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "May I &lt;film&gt; at night?</textarea>" in page
    assert f'action="{path(order)}question/"' in page
    assert f'name="csrfmiddlewaretoken" value="{"x" * 32}"' in page
    assert "Noch einmal senden" in page
    assert "123456" not in page
    settings.ACCOUNT_RATE_LIMITS = {"order_reply": "9/m/ip"}
    kept = re.findall(r'name="text"[^>]*>([^<]*)</textarea>', page)
    assert client.post(f"{path(order)}question/", {"text": html.unescape(kept[0])}).status_code == 302  # fmt: skip
    with organization_scope(order.organization):
        assert order.replies.get(text="May I <film> at night?")


def test_a_page_that_is_turned_away_is_asked_for_again(order: Order, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"order_page": "1/m/ip"}
    get(order)
    assert f'href="{path(order)}">Try again' in get(order).content.decode()
