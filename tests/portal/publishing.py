"""A creator who lets us publish: the trip to TikTok, the upload, and what TikTok makes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Order, Publication
from tenancy.models import Event
from tests.filming import MP4
from tests.portal.test_dashboard import text
from tests.sandbox_process import Sandbox
from tests.working import all_polls, pump_kind
from tiktok.enums import PollKind
from tiktok.queries.publishing import PUBLISHING_VERSION

TEXT = {"text": PUBLISHING_VERSION}
PUBLISH = "/business/video/publish/"
NOTHING_SENT = "Nothing was sent: this order takes no video from here now."


def address(order: Order, name: str = "portal:publish") -> str:
    return reverse(name, args=["oak", order.pk])


def allow(client: Client, tiktok: Sandbox, order: Order, **choices: Any) -> HttpResponse:
    """Agree to the text, let TikTok ask, come back; the page it ends on."""
    there = client.post(address(order, "portal:allow_publishing"), TEXT)
    assert there.status_code == 302, text(there)
    answer = tiktok.consent(there["Location"], "maya.bakes", **choices)
    return client.get(reverse("tiktok_callback"), answer, follow=True)


def a_film(content: bytes = MP4, name: str = "loaf.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="video/mp4")


def send(client: Client, order: Order, content: bytes = MP4, caption: str = "New loaf #ad") -> Any:
    """Upload a film, as the browser does; the page it ends on."""
    form = {"caption": caption, "file": a_film(content)}
    return client.post(address(order), form, follow=True)


def step() -> None:
    """Let a worker take the next step of what is under way."""
    all_polls().filter(kind=PollKind.PUBLICATION).update(due_at="2020-01-01T00:00:00Z")
    pump_kind(PollKind.PUBLICATION)


def until(is_so: Callable[[], bool], *, act: Callable[[], None] = lambda: None) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, list(Publication.objects.values())
        act()
        time.sleep(0.05)


def publication() -> Publication:
    return Publication.objects.get()


def state() -> str:
    return publication().state


def calls(tiktok: Sandbox) -> int:
    return tiktok.read("stats")["calls"].get(PUBLISH, 0)


def verbs(prefix: str = "publi") -> list[str]:
    return list(Event.objects.filter(verb__startswith=prefix).order_by("pk").values_list("verb", flat=True))  # fmt: skip


def later(age: timedelta) -> None:
    """The publication was sent so long ago."""
    Publication.objects.update(sending_at=timezone.now() - age)
