"""Machines take a shorter way: no session, no page's middleware, and the same protections."""

from __future__ import annotations

import pytest
from django.test import Client

from tenancy.enums import Scope
from tenancy.services.organizations import create_api_key

pytestmark = pytest.mark.django_db


def test_a_key_s_request_has_no_session_and_is_not_compressed(oak) -> None:
    _, text = create_api_key(oak, "ci", scopes=[Scope.READ], actor=None)
    headers = {"Authorization": f"Bearer {text}", "Accept-Encoding": "gzip"}
    answer = Client().get("/api/v1/influencers/", headers=headers)
    assert answer.status_code == 200
    assert not hasattr(answer.wsgi_request, "session")
    assert "Content-Encoding" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_people_read_the_documentation_as_a_page() -> None:
    answer = Client().get("/api/v1/docs/", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    assert hasattr(answer.wsgi_request, "session")


@pytest.mark.parametrize("path", ["/api/v1/influencers/", "/api/v1/schema/", "/api/nothing/"])
def test_machines_get_the_headers_that_protect_a_page(path) -> None:
    answer, page = Client().get(path), Client().get("/accounts/login/")
    for header in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options"):
        assert answer[header] == page[header]


def test_an_address_without_its_slash_leads_to_the_one_with_it() -> None:
    answer = Client().get("/api/v1/influencers")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/influencers/")


def test_a_machine_s_request_is_logged_once(caplog) -> None:
    with caplog.at_level("INFO"):
        Client().get("/api/v1/schema/")
    logged = [record.getMessage() for record in caplog.records if "request_" in record.getMessage()]
    assert [("request_started" in text, "/api/v1/schema/" in text) for text in logged] == [
        (True, True),
        (False, True),
    ]
