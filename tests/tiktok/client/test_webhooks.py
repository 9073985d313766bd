"""Deliveries: proven by hand-made signatures, read into frozen types, the unknown kept."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.client import webhooks

SECRET = "sandbox-secret"
NOW = 1_767_690_120
ENTRY = {
    "event_type": "tto_campaign_webhook",
    "tto_campaign_event_type": "tto_video_uploaded",
    "video_id": "7455000000000000012",
    "campaign_id": "7460000000000000101",
    "tto_tcm_account_id": "7401112223334445556",
    "handle_name": "maya.bakes",
    "event_time": "2026-01-06T09:01:58.120000Z",
    "log_id": "20260106090158AA",
}
LINKED = webhooks.LinkedVideo(
    event="tto_video_uploaded",
    video_id="7455000000000000012",
    campaign_id="7460000000000000101",
    account_id="7401112223334445556",
    handle="maya.bakes",
    happened_at=datetime(2026, 1, 6, 9, 1, 58, 120000, tzinfo=UTC),
    log_id="20260106090158AA",
)


def signed(message):
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def delivery(kind, *entries):
    body = {"request_id": "R1", "object": kind, "time": NOW, "entry": list(entries)}
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("payload", "escaped"),
    [
        ('{"a": "b"}', b'{"a": "b"}'),
        ('{"title":"äöå"}', rb'{"title":"\u00e4\u00f6\u00e5"}'),
        ('{"title":"😀\n"}', b'{"title":"\\ud83d\\ude00\n"}'),
        (r'{"title":"\u00E4"}', rb'{"title":"\u00E4"}'),
    ],
)
def test_the_open_signature_covers_the_payload_with_its_signs_escaped(payload, escaped):
    assert webhooks.open_signature(payload.encode(), SECRET) == signed(escaped)
    assert webhooks.is_open_signature(signed(escaped), payload.encode(), SECRET)


@given(st.text())
def test_what_is_escaped_is_ascii_and_means_the_same(text):
    body = json.dumps({"a": text}, ensure_ascii=False)
    try:
        raw = body.encode()
    except UnicodeEncodeError:
        return
    escaped = json.dumps({"a": text}, ensure_ascii=True).replace("\\u007f", "\x7f").encode()
    assert webhooks.is_open_signature(signed(escaped), raw, SECRET)


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", signed(b"{}").upper()])
def test_another_signature_is_refused(signature):
    assert not webhooks.is_open_signature(signature, b"{}", SECRET)


def test_a_body_that_is_not_text_is_refused():
    assert not webhooks.is_open_signature(signed(b"\xff"), b"\xff", SECRET)


@pytest.mark.parametrize(
    ("age", "accepted"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)]
)
def test_a_timestamped_signature_must_be_fresh(age, accepted):
    header = f"t={NOW},s={signed(b'%d.{}' % NOW)}"
    now = NOW + age
    assert webhooks.is_timestamped_signature(header, b"{}", SECRET, now=now) is accepted


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,s=",
        f"s={signed(b'%d.{}' % NOW)}",
        f"t={NOW}",
        f"t={NOW},s={signed(b'{}')}",
        f"t={NOW + 1},s={signed(b'%d.{}' % NOW)}",
        f"t=²,s={signed(b'%d.{}' % NOW)}",
        f"t={'9' * 400},s=x",
        "nonsense",
        ",,=",
        f"t={NOW},s=é",
    ],
)
def test_a_forged_timestamped_signature_is_refused(header):
    assert not webhooks.is_timestamped_signature(header, b"{}", SECRET, now=NOW)


@given(st.text(), st.binary())
def test_no_header_and_no_body_makes_verification_fail_loudly(header, body):
    assert not webhooks.is_timestamped_signature(header, body, SECRET, now=NOW)
    assert not webhooks.is_open_signature(header, body, SECRET)


def test_a_linked_video_is_read():
    assert webhooks.parse_delivery(delivery(10, ENTRY)) == webhooks.Delivery(
        "R1", 10, datetime(2026, 1, 6, 9, 2, tzinfo=UTC), (LINKED,)
    )


def test_an_event_of_tomorrow_and_a_creator_tiktok_cannot_name_are_passed_on():
    entry = ENTRY | {"tto_campaign_event_type": "tto_video_removed", "handle_name": None, "new": 1}
    (event,) = webhooks.parse_delivery(delivery(10, entry)).events
    assert (event.event, event.handle) == ("tto_video_removed", None)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [(10, {"video_id": "1"}), (10, "text"), (10, None), (1, {"lead": 1}), (14, {}), (99, [])],
)
def test_one_unreadable_event_does_not_take_its_neighbours_along(kind, entry):
    unknown = webhooks.UnknownEntry(kind, entry)
    assert webhooks.parse_delivery(delivery(kind, entry)).events == (unknown,)
    if kind == 10:
        assert webhooks.parse_delivery(delivery(10, entry, ENTRY)).events == (unknown, LINKED)


def test_an_incident_is_read():
    entry = {
        "incident_id": 5,
        "incident_title": "Slow",
        "incident_products": ["TIKTOK_ONE_API"],
        "incident_event_type": "RESOLVE",
        "incident_level": "LOW_DISRUPTION",
        "incident_start_time": "2026-01-06 08:00:00",
        "incident_resolve_time": NOW,
        "incident_detail": None,
    }
    assert webhooks.parse_delivery(delivery(14, entry)).events == (
        webhooks.ServiceIncident(
            incident_id="5",
            event="RESOLVE",
            title="Slow",
            products=("TIKTOK_ONE_API",),
            level="LOW_DISRUPTION",
            started_at=datetime(2026, 1, 6, 8, tzinfo=UTC),
            resolved_at=datetime(2026, 1, 6, 9, 2, tzinfo=UTC),
        ),
    )


def test_a_delivery_of_nothing_is_empty():
    assert webhooks.parse_delivery(b'{"object": "10"}').events == ()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"object":"x","event":[]}']
)
def test_what_is_no_delivery_is_one_kind_of_error(body):
    for parse in (webhooks.parse_delivery, webhooks.parse_notice):
        with pytest.raises(webhooks.WebhookError):
            parse(body)


@pytest.mark.parametrize(
    ("content", "reason"),
    [('{"reason": 1}', 1), ({"reason": 4}, 4), ("{}", 0), ("broken", 0), (None, 0)],
)
def test_a_removed_authorization_is_read_whatever_its_reason_looks_like(content, reason):
    notice = {
        "client_key": "739",
        "event": "authorization.removed",
        "create_time": NOW,
        "user_openid": "open-1",
        "content": content,
    }
    assert webhooks.parse_notice(json.dumps(notice).encode()) == webhooks.AuthorizationRemoved(
        "open-1", reason, datetime(2026, 1, 6, 9, 2, tzinfo=UTC)
    )


def test_another_notice_is_kept():
    body = b'{"event": "post.publish.complete", "user_openid": "o", "content": "{\\"x\\":1}"}'
    notice = webhooks.parse_notice(body)
    assert notice == webhooks.UnknownNotice("post.publish.complete", "o", None, '{"x":1}')


def test_news_of_a_publication_names_it():
    content = json.dumps({"publish_id": "v_pub_url~v1.2345", "publish_type": "DIRECT_PUBLISH"})
    notice = {"event": "post.publish.failed", "user_openid": "o", "content": content}
    assert webhooks.parse_notice(json.dumps(notice).encode()) == webhooks.PublishNotice(
        "post.publish.failed", "o", "v_pub_url~v1.2345"
    )


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=5), inner)),
    max_leaves=5,
)


@given(
    st.one_of(
        st.binary(),
        st.fixed_dictionaries({"object": st.sampled_from([10, 14, 99]), "entry": json_values}).map(
            lambda value: json.dumps(value).encode()
        ),
        st.fixed_dictionaries(
            {"event": st.just("authorization.removed")},
            optional={
                "user_openid": json_values,
                "content": json_values,
                "create_time": json_values,
            },
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_whatever_is_delivered_is_read_or_one_kind_of_error(body):
    for parse in (webhooks.parse_delivery, webhooks.parse_notice):
        try:
            parse(body)
        except webhooks.WebhookError:
            continue
