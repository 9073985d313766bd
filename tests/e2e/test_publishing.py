"""A creator publishes their video from here, on a phone: allow, upload, and see it come to be without a reload; no step is a barrier.

TikTok fetches the film from this very server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.enums import PublicationState
from campaigns.models import Order, Publication
from campaigns.policies.publications import SPAM
from campaigns.services.orders.syncing import sync_order
from campaigns.services.publishing.asking import STOPPED
from campaigns.services.publishing.sending import UNSURE
from jobs.services.queue import make_due
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.campaigns.test_orders_tto import tell
from tests.e2e.test_own_pages import in_both_directions
from tests.filming import MP4
from tests.portal.conftest import order  # noqa: F401 -- a fixture
from tests.portal.publishing import step
from tests.working import all_polls
from tiktok.enums import PollKind

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def allow_at_tiktok(page: Page) -> None:
    page.get_by_label("TikTok handle").fill("maya.bakes")
    page.get_by_role("button", name="Allow").click()


def test_a_video_is_published_from_a_phone(
    tiktok: Any, oak: Organization, maya: User, order: Order, signed_in: Callable[..., Page], site: str  # noqa: F811 -- the fixture
) -> None:  # fmt: skip
    tiktok.control("switches", publish_seconds=0)
    page = signed_in(maya, 390)
    page.goto(f"/me/organizations/oak/connect/?account={order.account.handle}")
    page.get_by_role("button", name="Agree and go to TikTok").click()
    allow_at_tiktok(page)
    path = f"/me/organizations/oak/orders/{order.pk}/publish/"
    found = in_both_directions(page, path)
    page.goto(f"{path}?lang=en")
    page.get_by_role("button", name="Allow, and go to TikTok").click()
    allow_at_tiktok(page)
    page.get_by_role("link", name="Go on and publish your video").click()
    found += in_both_directions(page, path)
    page.goto(f"{path}?lang=en")
    expect(page.get_by_label("Caption")).to_have_value("#bread #OakLoaf #ad")
    page.get_by_label("Video").set_input_files(
        {"name": "loaf.mp4", "mimeType": "video/mp4", "buffer": MP4}
    )
    page.get_by_role("button", name="Publish on TikTok").click()
    expect(page.get_by_role("heading", name="Your video is on its way")).to_be_visible()
    with organization_scope(oak):
        until = time.monotonic() + 20
        while Publication.objects.get().state != "done":
            assert time.monotonic() < until, Publication.objects.values().get()
            step()
            time.sleep(0.1)
        video = Publication.objects.get().tiktok_video_id
        tiktok.control("review", video_id=video, result="APPROVED")
        tell(order, video, uploaded_at=timezone.now(), published_at=timezone.now())
        sync_order(order)
    expect(page.get_by_role("heading", name="Your video is published")).to_be_visible()
    found += in_both_directions(page, path)
    assert found + in_both_directions(page, "/me/sharing/") == []
    page.goto("/me/sharing/?lang=en")
    page.get_by_role("button", name="Stop publishing from here").click()
    expect(page.get_by_role("button", name="Stop publishing from here")).to_have_count(0)


def test_what_went_wrong_is_no_barrier(
    tiktok: Any, oak: Organization, maya: User, order: Order, signed_in: Callable[..., Page]  # noqa: F811 -- the fixture
) -> None:  # fmt: skip
    problems = {
        PublicationState.FAILED: SPAM,
        PublicationState.STOPPED: STOPPED,
        PublicationState.UNSURE: UNSURE,
        PublicationState.UPLOADED: "",
    }
    with organization_scope(oak):
        for number, (state, problem) in enumerate(problems.items()):
            waiting = order.publications.create(
                sha256=str(number),
                caption="New loaf #ad",
                state=state,
                problem=problem,
                person=maya,
            )
        make_due(PollKind.PUBLICATION, waiting.pk, after=timedelta(hours=3))
    all_polls().filter(subject_id=waiting.pk).update(postponed_reason="limit_reached")
    page = signed_in(maya, 390)
    path = f"/me/organizations/oak/orders/{order.pk}/publish/"
    assert in_both_directions(page, path) == []
    page.goto(f"{path}?lang=en")
    for said in (SPAM, STOPPED, UNSURE, "at most 15 a day of an account."):
        expect(page.get_by_text(said)).to_be_visible()
