from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mail.models import Message
from mail.services.outbox import queue_message
from tenancy.models import Organization
from tests.mail.smtp_server import Server, smtp_server


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """A mail server, and the product pointed at it."""
    with smtp_server() as running:
        settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def queue(intent: str = "connect:1", to: str = "tom@example.com", **rules: Any) -> Message:
    """A mail of whoever is in scope."""
    values = {
        "name": "Tom",
        "handle": "tom_trails",
        "email": to,
        "organization": "Oak",
        "link": "https://influence.example/me/",
    }
    message, _ = queue_message(
        "crm_ask_to_connect", to=to, subject="Connect", values=values, intent=intent, **rules
    )
    return message


@pytest.fixture
def queued(oak: Organization) -> Callable[..., Message]:
    """Queue a mail of Oak's."""
    from tenancy.scope import organization_scope

    def act(*args: Any, **rules: Any) -> Message:
        with organization_scope(oak):
            return queue(*args, **rules)

    return act
