"""Creators reply on the page of their order, and the team answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState, ParticipantState, ReplyKind
from campaigns.errors import ReplyNotTaken
from campaigns.models import Order, OrderReply, Participant, Post
from campaigns.services.errands import _tie_named
from campaigns.services.links import request_named_tie
from campaigns.services.orders.contact.pages import note_opening, page_url
from campaigns.services.orders.contact.replies import say, settle, take_back
from campaigns.services.orders.due_dates import set_due
from crm.models import Influencer, InfluencerMail
from jobs.enums import Lane
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.pool import work_off
from mail.models import Address
from tenancy.enums import Role, Verb
from tenancy.models import Event, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import a_person
from tests.factories.campaigns import a_video
from tests.mailing import sent_mail
from tests.public.test_order_page import opened, path
from tiktok.models import MarketplaceAccount, Video
from tiktok.services.orders.orders import LinkRequest

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=9)


def said(order: Order) -> list[tuple[str, str]]:
    with organization_scope(order.organization):
        rows = OrderReply.objects.filter(settled_at=None).order_by("pk")
        return list(rows.values_list("kind", "text"))


def post(order: Order, what: str, data: dict[str, Any]) -> Any:
    return Client().post(f"{path(order)}{what}/", data)


@pytest.mark.parametrize(
    ("what", "data", "kind", "verb"),
    [
        ("question", {"text": "May I film at night?"}, "question", Verb.ORDER_QUESTION_ASKED),
        ("cannot", {"text": "I am ill."}, "cannot", Verb.ORDER_DECLINED),
        ("date", {"wished_on": SOON.isoformat(), "text": ""}, "new_date", Verb.ORDER_DATE_ASKED),
        ("quiet", {}, "quiet", Verb.ORDER_REMINDERS_STOPPED),
    ],
)
def test_what_a_creator_says_is_kept_once_and_can_be_taken_back(
    order: Order, what: str, data: dict[str, Any], kind: str, verb: Verb
) -> None:
    assert Client().get(f"{path(order)}{what}/").status_code == 200
    for _ in range(2):
        assert post(order, what, data)["Location"] == path(order)
    assert said(order) == [(kind, data.get("text", ""))]
    assert opened(order)[1].count(verb) == 1
    text = Client().get(path(order)).content.decode()
    assert data.get("text", "") in text
    for _ in range(2):
        post(order, what, {"undo": "1"})
    assert said(order) == []
    assert opened(order)[1].count(Verb.ORDER_REPLY_TAKEN_BACK) == 1


def test_who_cannot_do_it_is_declined_until_they_take_it_back(order: Order) -> None:
    with organization_scope(order.organization):
        row = Participant.objects.create(campaign=order.campaign, account=order.account)
        for act, state in (
            (lambda: say(order, ReplyKind.CANNOT), ParticipantState.DECLINED),
            (lambda: take_back(order, ReplyKind.CANNOT), ParticipantState.BRIEFED),
        ):
            act()
            row.refresh_from_db()
            assert row.state == state


def test_a_second_question_stands_below_the_first_until_there_is_no_more_room(order: Order) -> None:
    post(order, "question", {"text": "One?"})
    post(order, "question", {"text": "Two?"})
    assert said(order) == [("question", "One?\n\nTwo?")]
    post(order, "question", {"text": "x" * 500})
    answer = post(order, "question", {"text": "y" * 500})
    assert answer.status_code == 422
    assert "This is more than we can keep" in answer.content.decode()
    assert len(said(order)[0][1]) < 1000


def test_a_question_that_comes_twice_or_ends_another_one_takes_nothing_away(order: Order) -> None:
    for text in ("When is the last day?", "Which music?", "Which music?", "music?"):
        post(order, "question", {"text": text})
    assert said(order) == [("question", "When is the last day?\n\nWhich music?\n\nmusic?")]
    page = Client().get(path(order)).content.decode()
    assert "When is the last day?<br><br>Which music?<br><br>music?" in page
    assert opened(order)[1].count(Verb.ORDER_QUESTION_ASKED) == 3


@pytest.mark.parametrize(
    ("what", "data", "problem"),
    [
        ("question", {"text": " "}, "Fill this in."),
        ("date", {"wished_on": "2020-01-01"}, "Choose a day from today on"),
        ("published", {"link": "https://www.tiktok.com/@maya.bakes"}, "the link of a profile"),
        ("published", {"link": "https://www.tiktok.com/@tom/video/71234567"}, "another account"),
        ("published", {"link": "https://example.com/"}, "no link of a TikTok video"),
        (
            "published",
            {"link": "tiktok.com/@maya.bakes/video/٧١٢٣٤٥٦٧"},
            "no link of a TikTok video",
        ),
    ],
)
def test_what_cannot_be_kept_is_told(order: Order, what: str, data: Any, problem: str) -> None:
    answer = post(order, what, data)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert said(order) == []


@pytest.mark.parametrize("what", ["cannot", "date", "quiet", "published"])
def test_nothing_of_this_is_said_of_an_order_that_is_over(order: Order, what: str) -> None:
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.CANCELLED)
    answer = post(order, what, {"wished_on": SOON.isoformat(), "link": "https://vm.tiktok.com/Z1/"})
    assert answer["Location"] == path(order)
    assert said(order) == []


# --- a video that is published already --------------------------------------------------------------------------------
def test_a_link_that_is_pasted_leads_to_the_code_and_ties_nothing(order: Order) -> None:
    link = "https://www.tiktok.com/@maya.bakes/video/7123456789?is_from_webapp=1"
    answer = post(order, "published", {"link": link})
    assert answer["Location"] == f"{path(order)}published/"
    assert said(order) == [("published", "https://www.tiktok.com/@maya.bakes/video/7123456789")]
    text = Client().get(answer["Location"]).content.decode()
    assert "Add the code in TikTok" in text
    assert "ABC-DEF" in text
    assert opened(order)[1][-1] == Verb.ORDER_VIDEO_NAMED
    with organization_scope(order.organization):
        assert Post.objects.count() == 0
    post(order, "published", {"undo": "1"})
    assert said(order) == []


def test_a_video_named_while_the_order_ends_leads_back_to_its_page(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.CANCELLED)
    monkeypatch.setattr("public.orders.views.may_say", lambda *_: True)  # a moment ago
    answer = post(order, "published", {"link": "vm.tiktok.com/ZM1abc/"})
    assert answer["Location"] == path(order)
    assert said(order) == []


def test_a_short_link_is_taken_as_it_is(order: Order) -> None:
    post(order, "published", {"link": "vm.tiktok.com/ZM1abc/?x=1"})
    assert said(order) == [("published", "https://vm.tiktok.com/ZM1abc")]


def test_a_connected_creator_chooses_from_their_own_videos(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.queries.order_page.is_connected", lambda order: True)
    monkeypatch.setattr("campaigns.queries.order_page.visible_videos", Video.objects.all)
    with organization_scope(order.organization):
        video = a_video(order.account, "7100000001")
    page = Client().get(f"{path(order)}published/").content.decode()
    assert "Video 7100000001" in page
    post(order, "published", {"video": "7100000001"})
    assert said(order) == [("published", video.url)]


def test_in_tiktok_one_the_creator_is_asked_at_tiktok(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "campaigns.services.errands.request_named_tie",
        lambda order, video_id: asked.append((order.pk, video_id)),
    )
    with organization_scope(order.organization):
        account = MarketplaceAccount.objects.create(dialect="tto", tiktok_account_id="1")
        order.request.marketplace_account = account
        order.request.save()
    post(order, "published", {"link": "https://www.tiktok.com/@maya.bakes/video/7123456789"})
    with organization_scope(order.organization):
        work_off(Lane.PERSON, threads=1, seconds=5)
    assert asked == [(order.pk, "7123456789")]
    page = Client().get(f"{path(order)}published/").content.decode()
    assert "When TikTok asks you to link it" in page


# --- the team ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def manager(order: Order) -> Client:
    member = a_person("olivia@example.com")
    add_member(order.organization, member, role=Role.MANAGER, actor=member)
    client = Client()
    client.force_login(member)
    return client


def staff_page(order: Order) -> str:
    return f"/o/{order.organization.slug}/campaigns/{order.campaign_id}/orders/{order.pk}/"


def test_the_team_sees_it_and_answers_and_the_creator_reads_the_answer(
    order: Order, manager: Client
) -> None:
    with organization_scope(order.organization):
        reply = say(order, ReplyKind.QUESTION, text="May I film at night?")
    page = manager.get(staff_page(order)).content.decode()
    assert "May I film at night?" in page
    url = f"{staff_page(order)}replies/{reply.pk}/"
    unsaid = manager.post(url, {"answer": " "}, follow=True).content.decode()
    assert "Write the answer to the question first." in unsaid
    assert opened(order)[1].count(Verb.ORDER_REPLY_SETTLED) == 0
    for _ in range(2):
        manager.post(url, {"answer": "Yes, please."})
    assert opened(order)[1].count(Verb.ORDER_REPLY_SETTLED) == 1
    assert "Yes, please." in Client().get(path(order)).content.decode()
    assert manager.post(url, {"answer": "x" * 2000}).status_code == 302
    assert manager.post(f"{staff_page(order)}replies/{reply.pk + 1}/").status_code == 404


def answered(order: Order, kind: ReplyKind, *, text: str = "", **given: Any) -> str:
    with organization_scope(order.organization):
        wished = {"wished_on": SOON} if kind == ReplyKind.NEW_DATE else {}
        return settle(say(order, kind, text=text, **wished), actor=User.objects.first(), **given)


def test_an_answer_goes_out_once_by_mail_in_the_creators_language(
    order: Order, manager: Client
) -> None:
    with organization_scope(order.organization):
        Influencer.objects.update(language="de")
        reply = say(order, ReplyKind.QUESTION, text="Darf ich nachts drehen?")
    url = f"{staff_page(order)}replies/{reply.pk}/"
    said = {"answer": "Ja, <b>gern</b>.\n\nBis bald!"}
    done = [manager.post(url, said, follow=True) for _ in range(2)]
    assert "The creator gets it by e-mail and sees it" in done[0].content.decode()
    assert "Somebody has settled it already." in done[1].content.decode()
    (mail,) = sent_mail()
    assert mail.to == ["maya@example.com"]
    assert mail.subject == "Antwort zu deinem Auftrag für Northwind"
    for part in (
        "Darf ich nachts drehen?",
        "Antwort: Ja, <b>gern</b>.\n\nBis bald!",
        page_url(order),
    ):
        assert part in mail.body, part
    assert "<b>gern" not in mail.alternatives[0].content
    with organization_scope(order.organization):
        assert InfluencerMail.objects.get().influencer_id == order.account.influencer_id


@pytest.mark.parametrize(("accepts", "due"), [(True, SOON), (False, None)])
def test_what_becomes_of_a_wished_date_goes_out_without_words_as_well(
    order: Order, manager: Client, accepts: bool, due: Any
) -> None:
    assert answered(order, ReplyKind.NEW_DATE, accepts=accepts).startswith("The creator gets it")
    (mail,) = sent_mail()
    assert f"You asked for: {SOON.day} {SOON:%B %Y}" in mail.body
    assert ("Publish by:" in mail.body) == (due is not None)


def test_what_is_settled_without_an_answer_sends_nothing(order: Order, manager: Client) -> None:
    heard = answered(order, ReplyKind.CANNOT)
    assert heard == "The creator sees it on the page of the order."
    assert sent_mail() == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "No e-mail address is known"),
        ("maya@example.com", "No e-mail was sent. E-mail to maya"),
    ],
)
def test_an_answer_that_cannot_be_mailed_stands_on_the_page_and_says_so(
    order: Order, manager: Client, address: str, says: str
) -> None:
    with organization_scope(order.organization):
        Influencer.objects.update(email=address)
        Address.objects.create(address="maya@example.com", bounced_at=timezone.now())
    assert says in answered(order, ReplyKind.QUESTION, text="Now?", answer="Yes.")
    assert "Yes." in Client().get(path(order)).content.decode()
    assert sent_mail() == []


def test_a_new_date_that_is_accepted_is_the_due_date(order: Order, manager: Client) -> None:
    with organization_scope(order.organization):
        reply = say(order, ReplyKind.NEW_DATE, wished_on=SOON)
    manager.post(f"{staff_page(order)}replies/{reply.pk}/", {"accepts": "on"})
    verbs = opened(order)[1]
    assert order.due_on == SOON
    assert verbs[-1] == Verb.ORDER_DUE_CHANGED
    with organization_scope(order.organization):
        set_due(order, SOON, actor=None)
        assert opened(order)[1] == verbs
        set_due(order, None, actor=None)
        assert Event.objects.latest("pk").detail == {"was": SOON.isoformat()}


def test_a_new_date_that_is_refused_changes_nothing_else(order: Order, manager: Client) -> None:
    with organization_scope(order.organization):
        reply = say(order, ReplyKind.NEW_DATE, wished_on=SOON)
        settle(reply, actor=a_person("tom@example.com"))
    opened(order)
    assert order.due_on is None


def test_the_team_revokes_the_link(order: Order, manager: Client) -> None:
    old = path(order)
    manager.post(f"{staff_page(order)}link/")
    assert Client().get(old).status_code == 404
    opened(order)
    assert Client().get(path(order)).status_code == 200


def test_a_video_that_its_creator_named_awaits_their_consent_at_tiktok(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = LinkRequest(video_id="7123456789", status="PENDING")
    monkeypatch.setattr("campaigns.services.links.ask_to_tie", lambda *_: link)
    with organization_scope(order.organization):
        post = request_named_tie(order, "7123456789")
        assert (post.network_post_id, post.video, post.order) == ("7123456789", None, order)
        assert Event.objects.latest("pk").verb == Verb.POST_TIE_REQUESTED
        with pytest.raises(JobFailed):
            _tie_named(Job(params={"order": 0, "video": "7123456789"}))


def test_of_an_order_that_was_cancelled_meanwhile_nobody_is_asked_at_tiktok(order: Order) -> None:
    with organization_scope(order.organization):
        Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED)
        with pytest.raises(JobFailed, match="The order is over"):
            _tie_named(Job(params={"order": order.pk, "video": "7123456789"}))


def test_of_an_order_that_is_over_nothing_is_kept(order: Order) -> None:
    with organization_scope(order.organization):
        Order.objects.filter(pk=order.pk).update(state=OrderState.FULFILLED)
        with pytest.raises(ReplyNotTaken):
            say(order, ReplyKind.CANNOT)
        assert not OrderReply.objects.exists()


def test_two_openings_at_once_are_noted_once(order: Order) -> None:
    with organization_scope(order.organization):
        first, second = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)
        Order.objects.filter(pk=order.pk).update(state=OrderState.SENT)
        note_opening(first)
        count = Event.objects.count()
        note_opening(second)
        assert Event.objects.count() == count
