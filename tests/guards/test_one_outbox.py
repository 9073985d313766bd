"""Nothing sends mail but the outbox's delivery, and no request waits for a mail server."""

from __future__ import annotations

import ast

import pytest
from django.urls import reverse

from tests.guards.addresses import addresses
from tests.guards.sources import python_files, where
from tests.guards.test_personas_walk import Persona, World
from tests.personas import OURS

SENDERS = {"mail/services/delivery.py", "mail/smtp.py"}
SENDING = ("django.core.mail", "smtplib", "anymail")
# Reads answers of mail servers and providers; sends nothing.
READERS = {
    "mail/policies.py": "judges the errors of smtplib and anymail",
    "mail/receivers.py": "hears anymail's news",
}
METHODS = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "email_user", "sendmail"}


def sins(text: str) -> list[str]:
    """Imports and calls by which a module could send mail itself."""
    found = []
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [name for name in names if name.startswith(SENDING)]
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found += [called] if called in METHODS and not _is_outbox(node) else []
    return found


def _is_outbox(call: ast.Call) -> bool:
    """allauth's `adapter.send_mail` is ours, and queues."""
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "super()"


def test_only_the_delivery_can_send() -> None:
    able = {where(path) for path in python_files(*OURS) if sins(path.read_text())}
    assert able == SENDERS | set(READERS)


@pytest.mark.parametrize("name", ["owner", "influencer"])
@pytest.mark.django_db
def test_no_post_waits_for_a_mail_server(
    world: World,
    settings: object,
    name: str,
) -> None:
    settings.EMAIL_BACKEND = "tests.mailing.RefusingBackend"  # type: ignore[attr-defined]
    persona = Persona(world, name)
    persona.client.raise_request_exception = True
    for address in addresses():
        if address.audience in {"staff", "portal", "public"}:
            url = address.url(world.values("own"))
            persona.client.post(url, {"email": "tom@example.com", "handle": "tom_trails"})
    persona.client.post(reverse("account_request_login_code"), {"email": "owner@example.com"})
    persona.client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
