"""Creators who connect their account, on the sandbox's consent page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import requests

from influence.demo.earlier import days_ago
from tenancy.models import Organization, User
from tiktok.services.connect.connect import finish_connect, receive_answer, start_connect


def connect_at_tiktok(
    handle: str, person: User, organization: Organization, *, days: float
) -> None:
    """The person connects this account, so many days ago. The organization is in scope."""
    consent = start_connect(person, organization, session_key="seed")
    scopes = parse_qs(urlsplit(consent).query)["scope"][0].split(",")
    answer = requests.post(
        consent,
        data={"handle": handle, "decision": "allow", "scopes": scopes},
        allow_redirects=False,
        timeout=30,
    )
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    with days_ago(days):
        attempt = receive_answer(
            state=back["state"][0], session_key="seed", person=person, code=back["code"][0]
        )
        finish_connect(attempt)
