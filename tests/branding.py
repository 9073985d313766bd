"""An administrator of a brand on the sandbox's consent page, and back again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.services.organizations import add_member
from tests.sandbox_process import TTO_ACCOUNT_ID, Sandbox
from tiktok.services.brands.oauth import (
    BrandConnected,
    finish_brand_connect,
    receive_brand_answer,
    start_brand_connect,
)

SESSION = "session-of-the-admin"
SECOND_ACCOUNT_ID = "7401112223334445557"


def a_member(organization: Organization, role: Role = Role.ADMIN, name: str = "") -> User:
    person = User.objects.create_user(f"{name or role}@{organization.slug}.example")
    add_member(organization, person, role=role, actor=None)
    return person


def allow(running: Sandbox, url: str, *account_ids: str, decision: str = "allow") -> dict[str, str]:
    """Consent at TikTok and return what its answer brings: `state`, and `auth_code` or `error`."""
    form = [("accounts", account_id) for account_id in account_ids or (TTO_ACCOUNT_ID,)]
    status, text, location = running.submit(
        url, urlencode([*form, ("decision", decision)]).encode()
    )
    assert status == 302, text
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def set_out(
    running: Sandbox, person: User, organization: Organization, *account_ids: str, **choices: Any
) -> dict[str, str]:
    """Go as far as TikTok's answer."""
    url = start_brand_connect(person, organization, session_key=SESSION)
    return allow(running, url, *account_ids, **choices)


def finish(answer: dict[str, str], person: User, *, session_key: str = SESSION) -> BrandConnected:
    attempt = receive_brand_answer(
        state=answer["state"],
        session_key=session_key,
        person=person,
        code=answer.get("auth_code"),
        error=answer.get("error"),
    )
    return finish_brand_connect(attempt)


def connect(
    running: Sandbox, person: User, organization: Organization, *account_ids: str
) -> BrandConnected:
    """The whole trip."""
    return finish(set_out(running, person, organization, *account_ids), person)
