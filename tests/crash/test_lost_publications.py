"""A sender that is killed between TikTok's answer and our commit: one video at TikTok, one publication here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns.enums import PublicationState
from campaigns.models import Order, Publication
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.publishing.asking import allow_publishing, ask_to_publish
from crm.models import SocialAccount
from jobs.models import Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.connecting import SESSION, a_person, finish
from tests.crash.processes import Workers, kill
from tests.crash.test_lost_answers import DIALECTS, WAIT_SECONDS, an_organization_of
from tests.embedded.launching import eventually
from tests.factories.campaigns import a_campaign
from tests.filming import MP4, FilmHost
from tests.sandbox_process import Sandbox
from tests.working import pump_kind
from tiktok.enums import PollKind
from tiktok.models import Consent
from tiktok.services.connect.connect import start_connect
from tiktok.services.grants.grants import LINKING, PUBLISHING


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch) -> Iterator[FilmHost]:
    """Stands where the workers' addresses lead."""
    host = FilmHost()
    monkeypatch.setenv("TEST_PUBLIC_URL", host.url.removesuffix("/film.mp4"))
    yield host
    host.close()


def a_publication(tiktok: Sandbox) -> Publication:
    """A film that waits to be sent, of a creator who has allowed it. In the scope of the organization."""
    organization = Organization.objects.get()
    maya = a_person("maya@example.com", organization)
    url = start_connect(maya, organization, session_key=SESSION, scopes=[LINKING, PUBLISHING])
    finish(tiktok.consent(url, "maya.bakes"), maya)
    consent = Consent.objects.get()
    allow_publishing(consent, person=maya)
    account = SocialAccount.objects.get(creator=consent.creator)
    send_order_request(
        request_orders(a_campaign(), [account], brand_name="N", description="D", actor=None)
    )
    upload = SimpleUploadedFile("loaf.mp4", MP4, content_type="video/mp4")
    return ask_to_publish(Order.objects.get(), upload, "New loaf #ad", person=maya)


def made(tiktok: Sandbox) -> list[str]:
    return [each["video_id"] for each in tiktok.read("publications")["publications"]]


def test_a_publication_whose_sender_is_killed_is_published_once_and_found_again(
    film: FilmHost, hands: Workers, tiktok: Sandbox
) -> None:
    tiktok.control("switches", publish_seconds=0)
    tiktok.control("fail", path="/business/video/publish/", applied=True, hang_seconds=120)
    with organization_scope(an_organization_of(DIALECTS[1])):
        publication = a_publication(tiktok)
        workers = [hands.worker(), hands.beat()]
        assert eventually(lambda: bool(made(tiktok)), WAIT_SECONDS), hands.said()
        for process in workers:
            kill(process)
        publication.refresh_from_db()
        assert (publication.state, publication.share_id) == (PublicationState.SENDING, "")
        assert eventually(lambda: all(made(tiktok)), WAIT_SECONDS)
        for _ in range(3):
            long_ago = timezone.now() - timedelta(seconds=1)
            Work.objects.update(lease_until=long_ago, due_at=long_ago)
            pump_kind(PollKind.PUBLICATION)
        publication.refresh_from_db()
        assert [publication.tiktok_video_id] == made(tiktok)
        assert publication.state == PublicationState.DONE
        assert film.asked == 1
