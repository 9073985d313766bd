"""An organization with a marketplace account, an influencer's person, and their trip to the sandbox's consent page."""

from __future__ import annotations

from typing import Any

from django.db import connection as database

from crm.models import Influencer
from crm.services.influencers import open_dashboard
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.sandbox_process import ACCOUNT_ID, BRAND_TOKEN, Sandbox
from tiktok.models import Connection
from tiktok.services.brands.accounts import connect_marketplace_account
from tiktok.services.connect.connect import finish_connect, receive_answer, start_connect

SESSION = "session-of-the-person"


def an_organization(name: str) -> Organization:
    organization = Organization.objects.create(name=name, slug=name.lower())
    with organization_scope(organization):
        connect_marketplace_account(
            f"{name} at TikTok", tiktok_account_id=ACCOUNT_ID, token=BRAND_TOKEN, actor=None
        )
    return organization


def a_person(email: str, *organizations: Organization, name: str = "") -> User:
    """Somebody with an influencer row in these organizations."""
    person = User.objects.create_user(email, name=name)
    for organization in organizations:
        with organization_scope(organization):
            open_dashboard(Influencer(name=name or email, email=email), person)
    return person


def consent(
    running: Sandbox, person: User, organization: Organization, handle: str, **choices: Any
) -> dict[str, str]:
    """Consent at TikTok and return what its answer brings: `state`, and `code` or `error`."""
    expected = choices.pop("expected_handle", "")
    url = start_connect(person, organization, session_key=SESSION, expected_handle=expected)
    return running.consent(url, handle, **choices)


def finish(answer: dict[str, str], person: User, *, session_key: str = SESSION) -> Connection:
    attempt = receive_answer(
        state=answer["state"],
        session_key=session_key,
        person=person,
        code=answer.get("code"),
        error=answer.get("error"),
    )
    return finish_connect(attempt)


def connect(
    running: Sandbox, person: User, organization: Organization, handle: str, **choices: Any
) -> Connection:
    """The whole trip."""
    return finish(consent(running, person, organization, handle, **choices), person)


def somebody_waits() -> bool:
    """Does any process stand before another's lock?"""
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
