"""What a request leaves in the log."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from tenancy.models import User


@pytest.mark.django_db
def test_no_code_and_no_state_of_tiktok_stands_in_the_log(caplog) -> None:
    client = Client()
    client.force_login(User.objects.create_user("maya@example.com"))
    with caplog.at_level(logging.DEBUG):
        client.get("/oauth/tiktok/", {"code": "c0de-of-tiktok", "state": "st4te-of-ours"})
    assert "GET /oauth/tiktok/" in caplog.text
    assert "c0de-of-tiktok" not in caplog.text
    assert "st4te-of-ours" not in caplog.text
