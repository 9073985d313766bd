"""Webhooks that TikTok itself signs and carries: from the sandbox process to our address and on into the rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.sandbox_process import APP_ID, BRAND_TOKEN, SECRET, TTO_ACCOUNT_ID, Sandbox
from tests.signed import hold
from tests.working import pump_delivery as pump
from tiktok.models import Connection, LinkedVideo, ServiceIncident, WebhookDelivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tiktok(tiktok: Sandbox, live_server: Any, settings: Any) -> Iterator[Sandbox]:
    """A sandbox that reaches our pages, and no longer after the test."""
    settings.PUBLIC_URL = live_server.url
    tiktok.control("switches", webhook_duplicates=0, handle_delay_seconds=0)
    yield tiktok
    tiktok.as_new()


def subscribe(tiktok: Sandbox, url: str, entity: str, **detail: Any) -> None:
    answer = tiktok.api(
        "POST",
        "/subscription/subscribe/",
        token="",
        app_id=APP_ID,
        secret=SECRET,
        subscribe_entity=entity,
        callback_url=url,
        subscription_detail={"access_token": BRAND_TOKEN, **detail},
    )
    assert answer["code"] == 0


def a_campaign(tiktok: Sandbox) -> dict[str, str]:
    asked = {"brand_name": "Oakmill", "campaign_name": "Loaf", "handle_names": ["maya.bakes"]}
    path = "/tto/tcm/campaign/create/"
    return tiktok.api("POST", path, tto_tcm_account_id=TTO_ACCOUNT_ID, **asked)["data"]


def eventually(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def answers(tiktok: Sandbox) -> list[list[int]]:
    return [each["answers"] for each in tiktok.read("webhooks")["deliveries"]]


def test_a_video_linked_at_tiktok_is_known_here_from_upload_to_publication(
    tiktok, live_server, elm
) -> None:
    hold(elm)
    hook = live_server.url + reverse("tiktok_hook")
    subscribe(tiktok, hook, "TCM_VIDEOS", tto_tcm_account_id=TTO_ACCOUNT_ID)
    tiktok.control("switches", webhook_duplicates=1)
    campaign = a_campaign(tiktok)
    asked = {"handle": "maya.bakes", "invite_link": campaign["invite_link"]}
    video_id = tiktok.control("publish", **asked)["video_id"]
    tiktok.control("review", video_id=video_id, result="APPROVED")

    eventually(lambda: answers(tiktok) == [[200]] * 4)
    assert WebhookDelivery.objects.count() == 2
    while pump():
        pass
    with organization_scope(elm):
        video = LinkedVideo.objects.get()
    assert (video.tiktok_video_id, video.tiktok_campaign_id) == (video_id, campaign["campaign_id"])
    assert video.handle == "maya.bakes"
    assert video.uploaded_at <= video.published_at


def test_an_incident_with_an_umlaut_is_believed(tiktok, live_server) -> None:
    hook = live_server.url + reverse("tiktok_hook")
    subscribe(tiktok, hook, "API_SERVICE_STATUS", product_filters=["TIKTOK_ONE_API"])
    reported = {"incident_id": "5", "incident_title": "Störung 😀", "incident_event_type": "CREATE"}
    tiktok.control("webhook", incident=reported)
    eventually(lambda: answers(tiktok) == [[200]])
    assert pump()
    assert ServiceIncident.objects.get().title == "Störung 😀"


def connected_a_while_ago() -> None:
    """A connection so old that TikTok's clock and ours may differ."""
    Connection.objects.update(connected_at=timezone.now() - timedelta(seconds=90))


def test_a_creator_who_leaves_at_tiktok_is_let_go_here(tiktok, live_server, oak) -> None:
    url = live_server.url + reverse("tiktok_login_kit_hook")
    tiktok.control("switches", authorization_webhook_url=url)
    connection = connect(tiktok, a_person("maya@example.com", oak), oak, "maya.bakes")
    connected_a_while_ago()
    tiktok.control("revoke", handle="maya.bakes", reason=4)
    eventually(lambda: answers(tiktok) == [[200]])
    assert pump()
    connection.refresh_from_db()
    assert (connection.state, connection.state_reason) == (
        "revoked",
        "TikTok has banned the account.",
    )


def test_a_notice_counts_though_the_sandboxs_clock_was_moved(tiktok, live_server, oak) -> None:
    url = live_server.url + reverse("tiktok_login_kit_hook")
    tiktok.control("switches", authorization_webhook_url=url)
    connect(tiktok, a_person("maya@example.com", oak), oak, "maya.bakes")
    connected_a_while_ago()
    tiktok.control("clock", advance_seconds=2 * 86_400)
    tiktok.control("revoke", handle="maya.bakes")
    eventually(lambda: answers(tiktok) == [[200]])
    while pump():
        pass
    assert not Connection.objects.get().is_live
