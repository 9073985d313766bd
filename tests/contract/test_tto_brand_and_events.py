"""A brand's consent, subscriptions and signed deliveries over the wire."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox_process import BRAND_TOKEN, REDIRECT_URI, SECRET, TTO_ACCOUNT_ID
from tiktok.client import BrandOAuth, Subscriptions, errors, webhooks

pytestmark = pytest.mark.contract


@pytest.fixture
def brand(client):
    return BrandOAuth(client)


@pytest.fixture
def authorize(tiktok, brand):
    """The brand's admin allows; the callback's code."""

    def authorize():
        url = brand.authorize_url(redirect_uri=REDIRECT_URI, state="s t")
        form = urlencode({"decision": "allow", "accounts": TTO_ACCOUNT_ID}).encode()
        status, text, location = tiktok.submit(url, form)
        assert status == 302, text
        callback = parse_qs(urlsplit(location).query)
        assert callback["state"] == ["s t"]
        return callback["auth_code"][0]

    return authorize


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server that keeps what it is sent: its address, and header and body of each."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/", got
    server.shutdown()
    thread.join()
    server.server_close()


def wait_for(got, number=1):
    deadline = time.monotonic() + 5
    while len(got) < number:
        assert time.monotonic() < deadline, f"{len(got)} of {number} deliveries came"
        time.sleep(0.02)
    return got


def test_a_brand_consents_is_described_and_leaves(brand, authorize):
    grant = brand.exchange_code(authorize())
    assert brand.account_ids(grant.access_token) == (TTO_ACCOUNT_ID,)
    account = brand.account(grant.access_token, TTO_ACCOUNT_ID)
    assert account.account_id == TTO_ACCOUNT_ID
    assert account.account_name
    assert len(account.country) == 2
    assert "/" in account.timezone
    brand.revoke(grant.access_token)
    with pytest.raises(errors.AccessTokenInvalidError):
        brand.account_ids(grant.access_token)


def test_a_brands_code_works_once_and_for_an_hour(tiktok, brand, authorize):
    code = authorize()
    brand.exchange_code(code)
    with pytest.raises(errors.AuthCodeError):
        brand.exchange_code(code)
    late = authorize()
    tiktok.control("clock", advance_seconds=3601)
    with pytest.raises(errors.AuthCodeError):
        brand.exchange_code(late)


def test_subscriptions_are_made_listed_and_ended(client, receiver):
    subscriptions = Subscriptions(client)
    made = subscriptions.subscribe_to_videos(
        receiver[0], account_id=TTO_ACCOUNT_ID, access_token=BRAND_TOKEN
    )
    (listed,) = subscriptions.page(entity="TCM_VIDEOS").subscriptions
    assert (listed.subscription_id, listed.callback_url) == (made, receiver[0])
    assert listed.account_id == TTO_ACCOUNT_ID
    subscriptions.unsubscribe(made)
    assert subscriptions.page().subscriptions == ()


def test_a_linked_video_is_told_of_signed_and_once_understood(tiktok, client, tto, receiver):
    url, got = receiver
    Subscriptions(client).subscribe_to_videos(
        url, account_id=TTO_ACCOUNT_ID, access_token=BRAND_TOKEN
    )
    campaign = tto.create_campaign(
        campaign_name="Loaf", handles=["maya.bakes"], brand_name="Oakmill"
    )
    video_id = tto.public_videos("maya.bakes", limit=1).videos[0].video_id
    tiktok.control("link", campaign_id=campaign.campaign_id, handle="maya.bakes", video_id=video_id)
    header, body = wait_for(got)[0]
    signature = header["X-Open-Signature"]
    assert webhooks.is_open_signature(signature, body, SECRET)
    assert not webhooks.is_open_signature(signature, body + b" ", SECRET)
    assert not webhooks.is_open_signature(signature, body, "another")
    delivery = webhooks.parse_delivery(body)
    event = delivery.events[0]
    assert (event.event, event.video_id) == ("tto_video_uploaded", video_id)
    assert (event.campaign_id, event.account_id) == (campaign.campaign_id, TTO_ACCOUNT_ID)
    assert event.handle == "maya.bakes"
    assert delivery.sent_at is not None


def test_an_incident_with_an_umlaut_is_signed_over_its_escaped_form(tiktok, client, receiver):
    url, got = receiver
    Subscriptions(client).subscribe_to_service_status(url, access_token=BRAND_TOKEN)
    incident = {
        "incident_id": "5",
        "incident_title": "Störung 😀",
        "incident_products": ["TIKTOK_ONE_API"],
        "incident_event_type": "CREATE",
        "incident_level": "MAJOR_DISRUPTION",
    }
    tiktok.control("webhook", incident=incident, product="TIKTOK_ONE_API")
    header, body = wait_for(got)[0]
    assert "ö".encode() in body
    assert webhooks.is_open_signature(header["X-Open-Signature"], body, SECRET)
    (event,) = webhooks.parse_delivery(body).events
    assert (event.title, event.level) == ("Störung 😀", "MAJOR_DISRUPTION")


def test_a_creator_who_leaves_is_told_of_with_a_fresh_signature(tiktok, connect, receiver):
    url, got = receiver
    tiktok.control("switches", authorization_webhook_url=url)
    grant = connect("maya.bakes")
    tiktok.control("revoke", handle="maya.bakes")
    header, body = wait_for(got)[0]
    signature = header["TikTok-Signature"]
    now = tiktok.read("clock")["now"]
    assert webhooks.is_timestamped_signature(signature, body, SECRET, now=now)
    assert not webhooks.is_timestamped_signature(signature, body, SECRET, now=now + 301)
    assert not webhooks.is_timestamped_signature(signature, body + b" ", SECRET, now=now)
    notice = webhooks.parse_notice(body)
    assert (notice.open_id, notice.reason) == (grant.open_id, 1)
