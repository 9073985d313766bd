"""API keys: who gets in, how often, and what a refusal says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.renderers import JSONRenderer
from tenancy.models import ApiKey
from tenancy.scope import current_organization_id
from tenancy.services.organizations import create_api_key, revoke_api_key
from tests.api.conftest import Reader
from tests.personas import Tenant


def assert_problem(answer, status: int, **expected: object) -> None:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert set(document) == {"type", "title", "status", "detail", "errors"}
    assert document["status"] == status
    assert {name: document[name] for name in expected} == expected


def test_without_a_key_the_answer_says_how_to_ask(oak: Tenant) -> None:
    answer = Reader().get("influencers/")
    assert_problem(answer, 401, type="urn:influence:problem:key-missing", title="Unauthorized")
    assert answer["WWW-Authenticate"] == 'Bearer realm="Influence"'


@pytest.mark.parametrize(
    "text", ["inf_00000000.wrong", "{prefix}.wrong", "{prefix}", ".", "{key}x", "ü.ü", "a b"]
)
def test_a_wrong_key_is_refused(text: str, oak: Tenant) -> None:
    key = oak.keys["read"]
    answer = Reader(text.format(key=key, prefix=key.partition(".")[0])).get("influencers/")
    detail = "This API key is unknown, revoked or expired."
    assert_problem(answer, 401, type="urn:influence:problem:key-refused", detail=detail)


def test_another_scheme_is_refused(oak: Tenant) -> None:
    answer = Reader().get("influencers/", Authorization=f"Basic {oak.keys['read']}")
    assert_problem(answer, 401, type="urn:influence:problem:key-refused")


def test_an_expired_key_and_a_revoked_key_are_refused_at_once(oak: Tenant) -> None:
    owner = oak.people["owner"]
    in_a_day = timezone.now() + timedelta(days=1)
    key, text = create_api_key(
        oak.organization, "ci", scopes=["read"], actor=owner, expires_at=in_a_day
    )
    assert Reader(text).get("influencers/").status_code == 200

    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    assert Reader(text).get("influencers/").status_code == 401

    ApiKey.objects.filter(pk=key.pk).update(expires_at=None)
    assert Reader(text).get("influencers/").status_code == 200
    revoke_api_key(key, actor=owner)
    assert Reader(text).get("influencers/").status_code == 401


def test_each_method_needs_its_scope(oak: Tenant) -> None:
    detail = "This API key lacks the “read” scope."
    assert_problem(Reader(oak.keys["write"]).get("influencers/"), 403, detail=detail)

    headers = {"Authorization": f"Bearer {oak.keys['read']}"}
    detail = "This API key lacks the “write” scope."
    assert_problem(Client().post("/api/v1/influencers/", headers=headers), 403, detail=detail)


def test_nothing_can_be_written_yet(oak: Tenant) -> None:
    headers = {"Authorization": f"Bearer {oak.keys['write']}"}
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/v1/influencers/", headers=headers)
        assert_problem(answer, 405, title="Method Not Allowed")


def test_the_last_use_is_noted_once_a_minute(oak: Tenant, reader: Reader) -> None:
    def noted():
        return ApiKey.objects.get(prefix=reader.key.partition(".")[0]).last_used_at

    assert noted() is None
    reader.get("influencers/")
    first = noted()
    assert timezone.now() - first < timedelta(seconds=10)
    reader.get("influencers/")
    assert noted() == first

    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    reader.get("influencers/")
    assert noted() > first


@pytest.mark.parametrize(
    "path", ["influencers/", "influencers/0/", "influencers/?page_size=x", "nothing/"]
)
def test_the_scope_is_closed_after_every_answer(path: str, reader: Reader) -> None:
    reader.get(path)
    assert current_organization_id() is None


def test_the_scope_is_closed_after_a_failure(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **options: object) -> None:
        assert current_organization_id() is not None
        raise ZeroDivisionError

    monkeypatch.setattr("tenancy.composed.ComposedPages.page", fail)
    with pytest.raises(ZeroDivisionError):
        reader.get("influencers/")
    assert current_organization_id() is None


def test_the_answer_is_rendered_inside_the_scope(
    oak: Tenant, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def render(self: object, data: object, *args: object, **kwargs: object) -> bytes:
        seen.append(current_organization_id())
        return b"{}"

    monkeypatch.setattr("api.renderers.JSONRenderer.render", render)
    reader.get("influencers/")
    assert seen == [oak.organization.pk]


def test_what_no_document_may_hold_is_an_error_and_never_its_name() -> None:
    with pytest.raises(TypeError, match="object"):
        JSONRenderer().render({"it": object()})
    assert JSONRenderer().render(None) == b""


def test_every_answer_says_how_many_requests_are_left(reader: Reader) -> None:
    first, second = reader.get("influencers/"), reader.get("influencers/0/")
    assert first["RateLimit-Limit"] == second["RateLimit-Limit"] == "600"
    assert (first["RateLimit-Remaining"], second["RateLimit-Remaining"]) == ("599", "598")
    assert 1 <= int(first["RateLimit-Reset"]) <= 60


def test_too_many_requests_are_refused_key_by_key(
    oak: Tenant, elm: Tenant, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_rates(), "key", "2/min")
    assert [reader.get("influencers/").status_code for _ in range(2)] == [200, 200]
    refused = reader.get("influencers/")

    assert_problem(refused, 429, type="urn:influence:problem:too-many-requests")
    assert refused["RateLimit-Remaining"] == "0"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert Reader(elm.keys["read"]).get("influencers/").status_code == 200


def _rates() -> dict[str, str]:
    from rest_framework.settings import api_settings

    return api_settings.DEFAULT_THROTTLE_RATES


def test_nobody_is_refused_because_redis_is_away(reader: Reader, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    answer = reader.get("influencers/")
    assert answer.status_code == 200
    assert answer["RateLimit-Remaining"] == "600"


def test_an_unchanged_answer_is_not_sent_twice(reader: Reader) -> None:
    first = reader.get("influencers/")
    again = reader.get("influencers/", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert first["Cache-Control"] == "private, no-cache"
    assert again["RateLimit-Remaining"] == "598"
    assert reader.get("influencers/", **{"If-None-Match": '"other"'}).status_code == 200


def test_an_address_that_is_none_is_a_problem_too(reader: Reader) -> None:
    assert_problem(
        reader.get("nothing/"), 404, detail="There is no such address.", type="about:blank"
    )


def test_what_is_wrong_is_named_field_by_field(reader: Reader) -> None:
    answer = reader.get("orders/", {"state": "lost", "campaign": "x"})
    assert_problem(answer, 400, type="urn:influence:problem:invalid")
    assert answer.json()["errors"] == [
        {
            "field": "state",
            "message": "Select a valid choice. lost is not one of the available choices.",
        },
        {"field": "campaign", "message": "Enter a whole number."},
    ]


@pytest.mark.parametrize(
    "path",
    ["posts/?campain=1", "posts/?search=x", "influencers/0/?campain=1", "orders/?format=csv"],
)
def test_a_parameter_that_nobody_knows_is_refused(path: str, reader: Reader) -> None:
    answer = reader.get(path)
    assert_problem(answer, 400, type="urn:influence:problem:invalid")
    name = path.partition("?")[2].partition("=")[0]
    expected = {"field": name, "message": "There is no such parameter."}
    assert answer.json()["errors"] == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "campaign=",
        "campaign=1&campaign=2",
        "cursor=",
        "page_size=",
        "campaign=%20",
        "cursor=%C2%A0",
    ],
)
def test_a_parameter_without_exactly_one_value_is_refused(query: str, reader: Reader) -> None:
    answer = reader.get(f"posts/?{query}")
    assert_problem(answer, 400, type="urn:influence:problem:invalid")
    message = "Give this parameter one value, or leave it out."
    assert answer.json()["errors"] == [{"field": query.partition("=")[0], "message": message}]
