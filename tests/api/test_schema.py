"""The description of the API: complete, current, public, and true."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as few
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.test_lists import ROWS
from tests.personas import Tenant

ALL = list(HealthCheck)

COMMITTED = Path(settings.BASE_DIR, "docs", "api", "schema.yml")


def test_the_committed_description_is_current_and_without_a_warning() -> None:
    """`manage.py spectacular --file docs/api/schema.yml` brings it up to date."""
    reported = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=reported)
    assert reported.getvalue().strip() == COMMITTED.read_text().strip()


@pytest.mark.django_db
def test_description_and_documentation_are_open_to_everybody() -> None:
    as_json = {"Accept": "application/vnd.oai.openapi+json"}
    schema = Client().get("/api/v1/schema/", headers=as_json)
    assert schema.status_code == 200
    assert schema.json()["openapi"] == "3.1.0"

    docs = Client().get("/api/v1/docs/")
    assert docs.status_code == 200
    policy = docs["Content-Security-Policy"].split("; ")
    assert {"style-src 'self'", "script-src 'self'"} <= set(policy)
    assert b"<style" not in docs.content
    assert docs.content.count(b"<script") == docs.content.count(b'<script src="')
    assert b"create_api_key northlight" in docs.content


MET = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
)


@pytest.fixture
def _connection_outlives_requests() -> Iterator[None]:
    """A real WSGI request ends by closing connections, and with it the test's transaction."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def own_ids(tenant: Tenant) -> dict[str, int]:
    """The id that leads to a row of the tenant, by the first word of the path."""
    return {path.strip("/"): tenant.row(label).pk for path, label in ROWS.items()}


@pytest.mark.usefixtures("_connection_outlives_requests")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
def test_every_read_answers_as_described(oak: Tenant, mode: GenerationMode) -> None:
    """Schemathesis asks for own rows with parameters that fit the description, and with some that do not."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert {operation.method for operation in operations} == {"get"}
    assert len(operations) == 15
    for operation in operations:
        word = operation.path.split("/")[3]
        own = {"id": own_ids(oak)[word]} if "{id}" in operation.path else None
        if not (mode == GenerationMode.NEGATIVE and own and not operation.query):
            answers_as_described(operation, mode, own, oak.keys["read"])


def answers_as_described(
    operation: schemathesis.APIOperation, mode: GenerationMode, own: Any, key: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=own, headers=headers))
    @few(max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=ALL)
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=list(MET))

    ask()
