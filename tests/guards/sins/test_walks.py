"""Sins in views and rows that the walks meet: what is shown to whom, and what is told of secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from crm.models import Influencer
from tenancy.enums import Permission, Role
from tests.guards import test_no_secret_leaks as secrets
from tests.guards import test_one_outbox as outbox
from tests.guards import test_personas_walk as walk
from tests.guards.sins import caught_by
from tests.guards.test_personas_walk import Persona, World
from tiktok.models import Connection

STAFF = "o/<slug:slug>/planted/"
WALK = walk.test_everybody_meets_at_each_address_what_is_theirs_and_no_row_of_another_organization


def saying(text: str, status: int = 200) -> Callable[..., HttpResponse]:
    @csrf_exempt
    def view(request: HttpRequest, **_: Any) -> HttpResponse:
        return HttpResponse(text, status=status)

    return view


@caught_by(walk.test_every_parameter_of_an_address_names_a_row, match="thing_pk")
def test_a_parameter_nobody_described(plant_view) -> None:
    plant_view("o/<slug:slug>/things/<int:thing_pk>/", saying(""))


@caught_by(WALK, match="saw a foreign row")
@pytest.mark.parametrize("name", walk.PERSONAS)
def test_a_page_that_shows_a_foreign_row(plant_view, world: World, name: str) -> dict[str, Persona]:
    plant_view("planted/", saying(world.elm.canary))
    return {"persona": Persona(world, name)}


@caught_by(walk.test_a_fragment_is_kept_apart_as_its_page_is, match="saw a foreign row")
@pytest.mark.parametrize("name", ["owner", "influencer"])
def test_a_fragment_that_shows_a_foreign_row(plant_view, world: World, name: str) -> dict[str, str]:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(world.elm.canary if request.htmx else "")

    plant_view("planted/", view)
    return {"name": name}


@caught_by(walk.test_a_foreign_id_answers_as_an_absent_one, match="foreign id|saw")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_id_answers_otherwise_than_an_absent_one(
    plant_view, world: World, method: str
) -> dict[str, str]:
    @csrf_exempt
    def view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        if pk == walk.ABSENT_ID:
            raise Http404
        raise PermissionDenied

    plant_view("o/<slug:slug>/influencers/<int:pk>/planted/", view, audience="staff")
    return {"name": "owner", "method": method}


@caught_by(WALK, match="planted")
def test_a_page_that_forgets_its_permission(plant_view, world: World) -> dict[str, Persona]:
    plant_view(STAFF, saying(""), audience="staff", permission=Permission.MANAGE_KEYS)
    return {"persona": Persona(world, Role.VIEWER)}


@caught_by(WALK, match="planted")
def test_a_page_that_refuses_those_it_is_for(plant_view, world: World) -> dict[str, Persona]:
    plant_view(STAFF, saying("", 404), audience="staff", permission=Permission.MANAGE_KEYS)
    return {"persona": Persona(world, Role.OWNER)}


@caught_by(WALK, match="planted")
def test_a_dashboard_that_refuses_its_influencer(plant_view, world: World) -> dict[str, Persona]:
    plant_view("me/planted/", saying("", 403), audience="portal")
    return {"persona": Persona(world, "influencer")}


@caught_by(WALK, match="planted")
def test_a_page_of_members_that_anybody_finds(plant_view, world: World) -> dict[str, Persona]:
    plant_view("planted/", saying(""), audience="staff")
    return {"persona": Persona(world, "stranger")}


@caught_by(walk.test_without_a_sign_in_there_is_only_the_way_to_it, match="planted")
def test_a_dashboard_without_a_sign_in(plant_view) -> dict[str, str]:
    plant_view("me/planted/", saying(""), audience="portal")
    return {"name": "anonymous"}


@caught_by(walk.test_the_api_is_for_keys_alone, match="planted")
def test_an_answer_of_the_api_to_anybody(plant_view) -> None:
    plant_view("api/v1/planted/", saying("{}"), audience="api")


@caught_by(WALK, match="planted")
def test_a_hook_that_believes_anybody(plant_view, world: World) -> dict[str, Persona]:
    plant_view("hooks/planted/", saying(""), audience="hooks")
    return {"persona": Persona(world, "anonymous")}


@caught_by(WALK, match="staff")
def test_pages_that_show_nothing(plant_view, world: World) -> dict[str, Persona]:
    plant_view(STAFF, saying(""))
    return {"persona": Persona(world, "owner")}


@caught_by(walk.test_the_database_alone_keeps_organizations_apart, match="assert 4 == 0")
def test_a_database_that_does_not_keep_apart(alter) -> None:
    alter("CREATE POLICY open ON crm_influencer USING (true)")


@caught_by(walk.test_the_code_alone_keeps_organizations_apart, match="saw a foreign row")
@pytest.mark.usefixtures("_past_the_policies")
def test_code_that_does_not_keep_apart(plant_view) -> None:
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        found = Influencer.objects.raw("SELECT * FROM crm_influencer")
        return HttpResponse(" ".join(row.name for row in found))

    plant_view(STAFF, view)


@caught_by(walk.test_every_exception_is_an_address, match="gone")
def test_an_exception_for_no_address(monkeypatch) -> None:
    monkeypatch.setitem(walk.EXPECTED, "gone", {400})


@caught_by(outbox.test_no_post_waits_for_a_mail_server, match="a mail was sent")
def test_a_page_that_sends_a_mail_itself(plant_view) -> dict[str, str]:
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        send_mail("subject", "text", None, ["tom@example.com"])
        return HttpResponse()

    plant_view("planted/", view)
    return {"name": "owner"}


# --- secrets -----------------------------------------------------------------------------------------------------
@caught_by(secrets.test_no_row_tells_its_secret_when_printed, match="Connection")
def test_a_row_that_prints_its_token(monkeypatch) -> None:
    monkeypatch.setattr(Connection, "__repr__", lambda self: self.sealed_access_token)


@caught_by(secrets.test_no_tool_for_calling_tiktok_tells_its_secret_when_printed, match="secret")
def test_a_tool_that_prints_its_secret(monkeypatch) -> None:
    monkeypatch.setattr(secrets.gateway, "creator_oauth", lambda: settings.TIKTOK_APP_SECRET)


@caught_by(secrets.test_no_page_no_answer_and_no_log_tells_a_secret, match="owner: planted")
def test_a_page_that_tells_a_secret(plant_view) -> None:
    plant_view("planted/", saying(settings.SECRET_KEY))


@caught_by(secrets.test_no_page_no_answer_and_no_log_tells_a_secret, match="planted")
def test_a_page_that_tells_its_session(plant_view) -> None:
    plant_view("planted/", lambda request: HttpResponse(request.session.session_key or ""))


@caught_by(secrets.test_no_page_no_answer_and_no_log_tells_a_secret, match="told by the log")
def test_a_log_that_tells_a_secret(plant_view) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        for _ in range(50):
            logging.getLogger("planted").info("told by the log: %s", settings.SECRET_KEY)
        return HttpResponse()

    plant_view("planted/", view)


@caught_by(
    secrets.test_the_admin_shows_no_secret_and_no_row_of_an_organization_not_chosen,
    match="influencer",
)
@pytest.mark.parametrize("what", ["a secret", "a foreign row"])
def test_an_admin_that_shows(monkeypatch, world: World, what: str) -> None:
    reported = settings.SECRET_KEY if what == "a secret" else world.elm.canary
    only = {Influencer: admin.site._registry[Influencer]}
    monkeypatch.setattr(secrets, "admin", SimpleNamespace(site=SimpleNamespace(_registry=only)))
    monkeypatch.setattr(Influencer, "__str__", lambda self: reported)


@caught_by(secrets.test_an_error_page_tells_nothing_of_the_error, match="secret")
@pytest.mark.parametrize("url", ["/", "/api/v1/schema/"])
def test_an_error_page_that_tells(monkeypatch, url: str) -> dict[str, str]:
    monkeypatch.setattr("api.errors.server_error", saying(settings.TIKTOK_APP_SECRET, 500))
    return {"url": url}


@caught_by(secrets.test_events_hold_no_secret, match="secret")
def test_an_event_that_holds_a_secret(monkeypatch) -> None:
    create = secrets.create_api_key

    def create_telling(organization: Any, name: str, **rest: Any) -> Any:
        return create(organization, settings.SECRET_KEY, **rest)

    monkeypatch.setattr(secrets, "create_api_key", create_telling)
