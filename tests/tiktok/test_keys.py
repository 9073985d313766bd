"""Rotation of the keys that seal tokens."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenancy.models import User
from tenancy.scope import organization_scope
from tiktok.models import Connection, MarketplaceAccount
from tiktok.services.keys import Rotation, rotate_token_keys

pytestmark = pytest.mark.django_db
OLD = "t1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = f"t2:{base64.b64encode(b'n' * 32).decode()}"


@pytest.fixture
def connection() -> Connection:
    now = timezone.now()
    row = Connection(
        person=User.objects.create_user("maya@example.com"),
        open_id="o-1",
        handle="maya.bakes",
        connected_at=now,
        access_expires_at=now + timedelta(days=1),
        refresh_expires_at=now + timedelta(days=365),
    )
    row.seal_tokens("access-1", "refresh-1")
    row.save()
    return row


def test_all_tokens_are_sealed_with_the_newest_key_and_still_open(
    oak, connection, settings
) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]

    assert rotate_token_keys() == Rotation(connections=1, marketplace_accounts=1)

    settings.TOKEN_KEYS = [NEW]
    connection.refresh_from_db()
    assert (connection.open_access_token(), connection.open_refresh_token()) == (
        "access-1",
        "refresh-1",
    )
    with organization_scope(oak):
        assert MarketplaceAccount.objects.get().open_token() == "sandbox-brand-token"


def test_rotating_again_finds_nothing_to_do(oak, connection, settings, capsys) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]
    call_command("rotate_token_keys")
    call_command("rotate_token_keys")
    assert capsys.readouterr().out.splitlines() == [
        "Sealed anew: 1 connections, 1 marketplace accounts.",
        "Sealed anew: 0 connections, 0 marketplace accounts.",
    ]


def test_a_missing_old_key_is_named_and_nothing_is_lost(connection, settings) -> None:
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(CommandError, match=r"'t1'.*its key is missing in TOKEN_KEYS"):
        call_command("rotate_token_keys")
    settings.TOKEN_KEYS = [OLD]
    connection.refresh_from_db()
    assert connection.open_access_token() == "access-1"


def test_a_wiped_connection_is_left_alone(connection, settings) -> None:
    Connection.objects.update(sealed_access_token="", sealed_refresh_token="")
    settings.TOKEN_KEYS = [NEW, OLD]
    assert rotate_token_keys() == Rotation()
