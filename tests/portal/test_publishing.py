"""Publish from here: a consent of its own, a film that TikTok fetches, publishes and links once, whatever is lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.enums import OrderState, PublicationState
from campaigns.errors import PublicationNotTaken
from campaigns.models import Order, Post, Publication
from campaigns.policies.publications import (
    ENDED,
    NOT_FETCHED,
    NOT_TAKEN,
    SPAM,
    SURE_AFTER,
    UNSURE_FOR,
)
from campaigns.services.orders.syncing import sync_order
from campaigns.services.publishing.addresses import film_url
from campaigns.services.publishing.asking import STOPPED, ask_to_publish, settle
from campaigns.services.publishing.polling import hear_of_publication
from campaigns.services.publishing.sending import (
    NOT_SURE,
    OUT_OF_SIGHT,
    SURELY_NOT,
    UNSURE,
    settle_publication,
)
from files.models import File
from tenancy.enums import Verb
from tenancy.scope import organization_scope
from tests.campaigns.test_orders_tto import tell
from tests.filming import MP4
from tests.portal.publishing import (
    NOTHING_SENT,
    PUBLISH,
    TEXT,
    a_film,
    address,
    allow,
    calls,
    later,
    publication,
    send,
    state,
    step,
    until,
    verbs,
)
from tests.portal.test_dashboard import connect, signed_in, text
from tests.working import all_polls
from tiktok.enums import PollKind
from tiktok.models import Connection, Consent, MarketplaceAccount, PublishingConsent
from tiktok.queries.publishing import SCOPE
from tiktok.services.connect.disconnect import withdraw_consent
from tiktok.services.connect.publishing import agree_to_publishing

pytestmark = pytest.mark.django_db


def test_a_video_is_published_and_linked_in_one_step(tiktok, oak, order, allowed, film) -> None:
    page = allowed.get(address(order))
    assert "#bread #OakLoaf #ad" in page.content.decode()
    assert "#bread" in text(page)

    done = send(allowed, order)

    assert done.redirect_chain == [(address(order), 302)]
    assert "Your video is on its way Uploaded Sent to TikTok Checked by TikTok Published" in text(done)  # fmt: skip
    assert "This page updates by itself." in text(done)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.DONE, act=step)
        [made] = tiktok.read("publications")["publications"]
        assert (made["caption"], made["invite_link"]) == ("New loaf #ad", order.invite_link)
        assert film.asked == 1
        assert not File.objects.filter(kind="publication").exists()
        [linked] = tiktok.read("campaigns")["linked"]
        assert linked["video_id"] == publication().tiktok_video_id
        tell(order, linked["video_id"], uploaded_at=timezone.now())
        sync_order(order)
        assert Order.objects.get().state == OrderState.IN_REVIEW
        assert "Your video is on its way" in text(allowed.get(address(order)))
        tiktok.control("review", video_id=linked["video_id"], result="APPROVED")
        tell(order, linked["video_id"], published_at=timezone.now())
        sync_order(order)
        assert Post.objects.get().published_since is not None
        assert verbs() == ["publishing.allowed", "publication.asked", "publication.done"]
    page = text(allowed.get(address(order)))
    assert "Your video is published" in page
    assert "Nothing more is to be published" not in page
    assert "Publish on TikTok" not in page
    log = text(allowed.get(reverse("portal:data")))
    assert "Published a video that you uploaded, for Northwind" in log


def test_a_rejected_video_says_so(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.DONE, act=step)
        video_id = publication().tiktok_video_id
        tiktok.control("review", video_id=video_id, result="REJECTED", reason="Too loud")
        sync_order(order)
        Post.objects.update(review_state="CONTENT_REVIEW_FAIL", review_reason="Too loud")
    assert "TikTok did not approve your video" in text(allowed.get(address(order)))


def test_a_double_click_and_the_same_film_again_are_one(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.DONE, act=step)
        assert Publication.objects.count() == 1
    again = send(allowed, order)
    with organization_scope(oak):
        assert Publication.objects.count() == 1
    assert "Your video is on its way" in text(again)
    other = send(allowed, order, MP4 + b"more")
    assert NOTHING_SENT in other.content.decode()
    assert calls(tiktok) == 1


def test_the_permission_is_asked_for_at_the_first_upload_alone(
    tiktok, oak, order, connected
) -> None:
    assert SCOPE not in Connection.objects.get().scopes
    never = "Post, comment or change anything"
    assert never in text(connected.get(reverse("portal:connect", args=["oak"]), {"account": "maya.bakes"}))  # fmt: skip
    page = connected.get(address(order))
    assert "What you allow" in text(page)
    assert "Publish on TikTok" not in text(page)
    assert NOTHING_SENT in send(connected, order).content.decode()  # nobody has allowed it
    stale = connected.post(address(order, "portal:allow_publishing"), {"text": "1999"}, follow=True)
    assert "The text has changed meanwhile." in stale.content.decode()
    with organization_scope(oak):
        assert not PublishingConsent.objects.exists()

    done = allow(connected, tiktok, order)

    assert "Go on and publish your video" in text(done)
    assert SCOPE in Connection.objects.get().scopes
    with organization_scope(oak):
        consent = PublishingConsent.objects.get()
        assert (consent.text_version, consent.withdrawn_at) == ("2026-12", None)
    assert "Publish on TikTok" in text(connected.get(address(order)))
    page = text(connected.get(reverse("portal:connect", args=["oak"]), {"account": "maya.bakes"}))
    assert never not in page
    assert "Post anything but the videos that you upload here" in page
    assert connected.post(address(order, "portal:allow_publishing"), TEXT)["Location"] == address(order)  # fmt: skip
    connect(connected, tiktok, "oak", "maya.bakes", "?account=maya.bakes")
    assert SCOPE in Connection.objects.get().scopes


def test_what_tiktok_does_not_grant_is_said(tiktok, oak, order, connected) -> None:
    scopes = ("user.info.basic", "biz.creator.info", "biz.creator.insights", "video.list")
    allow(connected, tiktok, order, scopes=scopes)
    page = text(connected.get(address(order)))
    assert "TikTok has not given us the permission to publish." in page
    assert NOTHING_SENT in send(connected, order).content.decode()


def test_the_permission_is_taken_back_alone(tiktok, oak, order, allowed, maya) -> None:
    page = text(allowed.get(reverse("portal:sharing")))
    assert "you allow publishing the videos that you upload here for orders." in page
    send(allowed, order)
    with organization_scope(oak):
        creator = order.account.creator_id
    end = reverse("portal:end_publishing", args=["oak", creator])

    done = allowed.post(end, follow=True)

    assert "Nothing is published to @maya.bakes from here" in done.content.decode()
    assert "Stop publishing from here" not in text(done)
    assert "Stop sharing" in text(done)
    with organization_scope(oak):
        assert state() == PublicationState.STOPPED
        assert not File.objects.filter(kind="publication").exists()
        step()
        assert verbs() == ["publishing.allowed", "publication.asked", "publishing.ended", "publication.stopped"]  # fmt: skip
    assert calls(tiktok) == 0
    allowed.post(end)
    with organization_scope(oak):
        assert verbs("publishing") == ["publishing.allowed", "publishing.ended"]
    assert allowed.post(reverse("portal:end_publishing", args=["oak", creator + 99])).status_code == 404  # fmt: skip
    assert "Your video was not published" in text(allowed.get(address(order)))
    connect(allowed, tiktok, "oak", "maya.bakes", "?account=maya.bakes")
    assert SCOPE not in Connection.objects.get().scopes
    never = "Post, comment or change anything"
    assert never in text(allowed.get(reverse("portal:connect", args=["oak"]), {"account": "maya.bakes"}))  # fmt: skip


@pytest.mark.parametrize("way", ["withdraw", "disconnect"])
def test_it_ends_with_the_sharing_too(tiktok, oak, order, allowed, way) -> None:
    send(allowed, order)
    with organization_scope(oak):
        creator = order.account.creator_id
    if way == "withdraw":
        allowed.post(reverse("portal:withdraw", args=["oak", creator]))
    else:
        allowed.post(reverse("portal:disconnect", args=[Connection.objects.get().pk]))
    with organization_scope(oak):
        assert state() == PublicationState.STOPPED
        assert PublishingConsent.objects.get().withdrawn_at is not None
    step()
    assert calls(tiktok) == 0
    assert "connect" in text(allowed.get(address(order)))
    assert allowed.post(address(order, "portal:allow_publishing"), TEXT)["Location"] == address(order)  # fmt: skip


def test_an_answer_that_was_lost_is_looked_for_and_never_asked_for_again(
    tiktok, oak, order, allowed
) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, applied=True, garbage="truncated")
    with organization_scope(oak):
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, UNSURE)
        assert "It is not known whether your video is published" in text(allowed.get(address(order)))  # fmt: skip
        until(lambda: bool(tiktok.read("campaigns")["linked"]))
        step()
        assert state() == PublicationState.DONE
        assert verbs("publication") == ["publication.asked", "publication.unsure", "publication.done"]  # fmt: skip
    assert calls(tiktok) == 1


def test_a_call_that_never_came_is_sure_once_nobody_can_fetch_the_film(
    tiktok, oak, order, allowed
) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, garbage="html")
    with organization_scope(oak):
        step()
        later(SURE_AFTER - timedelta(seconds=30))
        step()
        assert state() == PublicationState.UNSURE
        later(SURE_AFTER + timedelta(seconds=1))
        step()
        assert (state(), publication().problem) == (PublicationState.FAILED, SURELY_NOT)
        assert publication().closed_at is not None
    assert "You can send it again." in text(allowed.get(address(order)))
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: Publication.objects.filter(state=PublicationState.DONE).exists(), act=step)
    assert (calls(tiktok), len(tiktok.read("campaigns")["linked"])) == (2, 1)


def test_a_film_that_somebody_fetched_is_not_sent_again(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, garbage="html")
    with organization_scope(oak):
        step()
        path = film_url(publication())
    got = Client().get("/f/" + path.rsplit("/f/")[1])
    assert b"".join(got.streaming_content) == MP4
    with organization_scope(oak):
        later(SURE_AFTER + timedelta(minutes=1))
        step()
        assert state() == PublicationState.UNSURE
        later(UNSURE_FOR + timedelta(minutes=1))
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, NOT_SURE)
        assert not File.objects.filter(kind="publication").exists()
    assert send(allowed, order).status_code == 200
    with organization_scope(oak):
        assert Publication.objects.count() == 1
    page = text(allowed.get(address(order)))
    assert "Look in the TikTok app" in page
    assert "This page updates by itself" not in page


def test_the_address_serves_one_film_while_it_may_be_fetched(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        path = "/f/" + film_url(publication()).rsplit("/f/")[1]
    assert Client().get(path).status_code == 404  # not sent yet
    with organization_scope(oak):
        Publication.objects.update(sending_at=timezone.now())
    got = Client().get(path, headers={"Range": "bytes=0-3"})
    assert (got.status_code, b"".join(got.streaming_content)) == (206, MP4[:4])
    assert (got["Cache-Control"], got["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
    assert Client().get(path[:-3] + "xx/").status_code == 404
    assert Client().post(path).status_code == 405
    with organization_scope(oak):
        later(timedelta(minutes=91))
    assert Client().get(path).status_code == 404
    with organization_scope(oak):
        Publication.objects.update(sending_at=timezone.now(), closed_at=timezone.now())
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("frame_rate_check_failed", NOT_TAKEN),
        ("spam_risk_too_many_posts", SPAM),
        ("video_pull_failed", NOT_FETCHED),
        ("auth_removed", ENDED),
    ],
)
def test_a_failure_at_tiktok_is_said_with_what_to_do(tiktok, oak, order, allowed, reason, words) -> None:  # fmt: skip
    tiktok.control("switches", publish_failure=reason)
    send(allowed, order)
    with organization_scope(oak):
        until(lambda: state() == PublicationState.FAILED, act=step)
        assert publication().problem == words
        assert verbs("publication")[-1] == Verb.PUBLICATION_FAILED
        assert not File.objects.filter(kind="publication").exists()
    page = text(allowed.get(address(order)))
    assert words in page
    assert "Publish on TikTok" in page


def test_a_refusal_is_said_in_tiktoks_words(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, code=40001)
    with organization_scope(oak):
        step()
        assert (state(), publication().problem) == (PublicationState.FAILED, "TikTok refused: Injected fault.")  # fmt: skip


def test_a_limit_makes_it_wait(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tiktok.control("fail", path=PUBLISH, times=1, code=40100)
    with organization_scope(oak):
        step()
        assert state() == PublicationState.UPLOADED
        assert publication().problem == ""


def test_a_permission_that_ended_at_tiktok_publishes_nothing(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    tiktok.control("revoke", handle="maya.bakes")
    with organization_scope(oak):
        step()
        assert (state(), publication().problem) == (PublicationState.STOPPED, STOPPED)
        assert not File.objects.filter(kind="publication").exists()
    assert calls(tiktok) <= 2
    assert tiktok.read("publications")["publications"] == []


def test_a_permission_that_ends_while_tiktok_works_leaves_it_unsure(tiktok, oak, order, allowed) -> None:  # fmt: skip
    tiktok.control("switches", publish_seconds=3600)
    send(allowed, order)
    with organization_scope(oak):
        step()
        assert state() == PublicationState.PROCESSING
        PublishingConsent.objects.update(withdrawn_at=timezone.now())
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, OUT_OF_SIGHT)
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, OUT_OF_SIGHT)
        PublishingConsent.objects.update(withdrawn_at=None)
        step()
        assert (state(), publication().problem) == (PublicationState.PROCESSING, "")


def test_tiktok_may_take_long(tiktok, oak, order, allowed) -> None:
    tiktok.control("switches", publish_seconds=3600)
    send(allowed, order)
    with organization_scope(oak):
        step()
        until(lambda: tiktok.read("publications")["publications"][0]["fetched_at"] is not None)
        tiktok.control("clock", advance_seconds=3601)
        until(lambda: not File.objects.filter(kind="publication").exists(), act=step)
        assert state() == PublicationState.PROCESSING
        later(timedelta(days=8))
        step()
        assert (state(), publication().problem) == (PublicationState.UNSURE, NOT_SURE)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"caption": "x"}, "Choose the video first."),
        ({"caption": "x", "file": a_film(b"%PDF-1.4 no film")}, "This file was not taken."),
        ({"caption": "😀" * 1101, "file": a_film()}, "at most 2200 characters"),
    ],
)
def test_bad_input_keeps_what_was_typed(oak, order, allowed, form, said) -> None:
    answer = allowed.post(address(order), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert form["caption"] in answer.content.decode()
    with organization_scope(oak):
        assert not Publication.objects.exists()


def test_nobody_else_and_no_other_dialect(tiktok, oak, order, allowed, maya) -> None:
    from tests.connecting import a_person

    tom = signed_in(a_person("tom@example.com", oak))
    assert tom.get(address(order)).status_code == 404
    assert Client().get(address(order)).status_code == 302
    with organization_scope(oak):
        account = order.request.marketplace_account
        account.dialect = "ttcm"
        account.save()
    assert allowed.get(address(order)).status_code == 404


# --- what happens between two steps ----------------------------------------------------------------------------------
def settled(publication: Publication) -> Publication:
    """The step of somebody who has read the row as it is given."""
    settle_publication(publication)
    publication.refresh_from_db()
    return publication


def test_what_is_not_allowed_any_more_is_not_sent(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        PublishingConsent.objects.update(withdrawn_at=timezone.now())
        step()
        assert (state(), publication().problem) == (PublicationState.STOPPED, STOPPED)
        assert not settle(publication(), PublicationState.FAILED)
        assert state() == PublicationState.STOPPED
        assert str(publication()) == f"publication {publication().pk}"
    assert calls(tiktok) == 0


def test_who_has_read_it_too_early_sends_nothing(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        seen = publication()
        Publication.objects.update(state=PublicationState.SENDING, sending_at=timezone.now())
        assert settled(seen).state == PublicationState.SENDING
        step()
        assert state() == PublicationState.UNSURE
    assert calls(tiktok) == 0


def test_without_the_permission_to_join_publishing_itself_says_what_is_missing(
    tiktok, oak, order, allowed
) -> None:
    send(allowed, order)
    Connection.objects.update(scopes=[SCOPE])
    with organization_scope(oak):
        step()
        assert (state(), publication().problem) == (
            PublicationState.FAILED, "TikTok refused: The creator has not joined this campaign.",
        )  # fmt: skip


def test_a_permission_that_is_found_ended_while_it_is_sent_stops_it(tiktok, oak, order, allowed) -> None:  # fmt: skip
    send(allowed, order)
    Connection.objects.update(scopes=[SCOPE])
    tiktok.control("revoke", handle="maya.bakes")
    with organization_scope(oak):
        step()
        assert (state(), publication().problem) == (PublicationState.STOPPED, STOPPED)


def test_another_video_of_that_time_is_not_taken_for_it(tiktok, oak, order, allowed) -> None:
    send(allowed, order)
    with organization_scope(oak):
        Publication.objects.update(state=PublicationState.SENDING, sending_at=timezone.now())
    tiktok.control("publish", handle="maya.bakes", invite_link=order.invite_link, caption="Other")
    with organization_scope(oak):
        step()
        assert state() == PublicationState.UNSURE


def test_news_of_tiktok_bring_it_forward(tiktok, oak, order, allowed) -> None:
    tiktok.control("switches", publish_seconds=3600)
    send(allowed, order)
    with organization_scope(oak):
        step()
        step()
        assert state() == PublicationState.PROCESSING
        due_at = all_polls().filter(kind=PollKind.PUBLICATION).values_list("due_at", flat=True)
        assert due_at.get() > timezone.now()
        hear_of_publication(publication().share_id)
        assert due_at.get() <= timezone.now()


def test_an_order_of_the_older_marketplace_and_an_ended_consent_take_nothing(
    tiktok, oak, order, allowed, maya
) -> None:
    with organization_scope(oak):
        consent = Consent.objects.get()
        withdraw_consent(consent, actor=maya)
        assert agree_to_publishing(consent, actor=maya) is None
        MarketplaceAccount.objects.update(dialect="ttcm")
        old = Order.objects.select_related("account__creator", "request__marketplace_account").get()
        with pytest.raises(PublicationNotTaken, match="cannot be published from here"):
            ask_to_publish(old, a_film(), "", person=maya)
