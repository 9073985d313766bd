"""Tokens at rest: sealed, bound to their row and field, and sealed anew with another key while everybody reads."""

from __future__ import annotations

import base64
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone
from psycopg import sql

from influence.single_sign_on.secrets import open_secret, sealed
from tenancy.models import SingleSignOn, User
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect, consent, finish
from tests.sandbox_process import BRAND_TOKEN
from tests.working import check_due_grants, grant_checks
from tiktok.errors import ConnectRefused, SealBroken, TikTokUnavailable
from tiktok.models import Connection, MarketplaceAccount
from tiktok.sealing import unseal
from tiktok.services.connect.disconnect import disconnect
from tiktok.services.grants import keys
from tiktok.services.grants.keys import Rotation, rotate_token_keys
from tiktok.services.grants.tokens import access_token

pytestmark = pytest.mark.django_db
OLD = "t1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = f"t2:{base64.b64encode(b'n' * 32).decode()}"


@pytest.fixture
def connection() -> Connection:
    return a_connection(1)


def a_connection(number: int) -> Connection:
    now = timezone.now()
    row = Connection(
        person=User.objects.create_user(f"maya{number}@example.com"),
        open_id=f"o-{number}",
        handle="maya.bakes",
        connected_at=now,
        access_expires_at=now + timedelta(days=1),
        refresh_expires_at=now + timedelta(days=365),
    )
    row.seal_tokens(f"access-{number}", f"refresh-{number}")
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
        "Sealed anew: 1 connections, 1 marketplace accounts, 0 secrets of single sign-on.",
        "Sealed anew: 0 connections, 0 marketplace accounts, 0 secrets of single sign-on.",
    ]


@pytest.fixture
def provider(oak) -> SingleSignOn:
    """Oak's provider of single sign-on, its secret sealed."""
    with organization_scope(oak):
        row = SingleSignOn(issuer="https://login.oak.example", client_id="oak")
        row.sealed_secret = sealed(row, "provider-secret")
        row.save()
    return row


def test_secrets_of_single_sign_on_are_sealed_anew_too(oak, provider, settings) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]
    assert rotate_token_keys() == Rotation(marketplace_accounts=1, single_sign_ons=1)
    settings.TOKEN_KEYS = [NEW]
    with organization_scope(oak):
        assert open_secret(SingleSignOn.objects.get()) == "provider-secret"


def test_a_missing_old_key_is_named_and_nothing_is_lost(connection, settings) -> None:
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(CommandError, match=r"'t1'.*restore the key in TOKEN_KEYS\. Then run"):
        call_command("rotate_token_keys")
    settings.TOKEN_KEYS = [OLD]
    connection.refresh_from_db()
    assert connection.open_access_token() == "access-1"


def test_who_cannot_be_opened_any_more_can_be_left_and_connected_anew(
    tiktok, oak, settings, caplog
) -> None:
    maya = a_person("maya@example.com", oak)
    lost = connect(tiktok, maya, oak, "maya.bakes")
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(SealBroken, match="Connect the account again"):
        access_token(lost)
    assert "seal.broken" in caplog.text

    disconnect(lost, actor=maya)

    lost.refresh_from_db()
    assert (lost.state, lost.sealed_refresh_token) == ("revoked", "")
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
        account.set_token(BRAND_TOKEN)  # as connecting it again does
        account.save()
    assert connect(tiktok, maya, oak, "maya.bakes").is_live


def test_a_wiped_connection_is_left_alone(connection, settings) -> None:
    Connection.objects.update(sealed_access_token="", sealed_refresh_token="")
    settings.TOKEN_KEYS = [NEW, OLD]
    assert rotate_token_keys() == Rotation()


def test_what_another_process_has_sealed_anew_meanwhile_is_left_alone(
    oak, connection, provider, settings, monkeypatch
) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]
    for name in ("_reseal_connection", "_reseal_account", "_reseal_secret"):
        reseal = getattr(keys, name)

        def late(*row, reseal=reseal):
            assert reseal(*row)  # the other process, between our reading and our lock
            return reseal(*row)

        monkeypatch.setattr(keys, name, late)
    assert rotate_token_keys() == Rotation()
    connection.refresh_from_db()
    assert connection.open_access_token() == "access-1"


Pair = tuple[str, str]


def opened_by_everybody(oak) -> dict[int, Pair]:
    """The text that each sealed token opens to."""
    found = {
        row.pk: (row.open_access_token(), row.open_refresh_token())
        for row in Connection.objects.all()
    }
    with organization_scope(oak):
        return {**found, 0: (MarketplaceAccount.objects.get().open_token(), "")}


@pytest.mark.django_db(transaction=True)
def test_rotating_while_everybody_reads_costs_no_reader_anything(oak, settings) -> None:
    expected = {a_connection(n).pk: (f"access-{n}", f"refresh-{n}") for n in range(40)}
    expected[0] = (BRAND_TOKEN, "")
    settings.TOKEN_KEYS = [NEW, OLD]
    rotated = threading.Event()

    def read(_: int) -> list[bool]:
        try:
            rounds = [opened_by_everybody(oak) == expected]
            while not rotated.is_set():
                rounds.append(opened_by_everybody(oak) == expected)
            return rounds
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, n) for n in range(4)]
        done = rotate_token_keys()
        rotated.set()
        rounds = [outcome for reader in readers for outcome in reader.result()]

    assert done == Rotation(connections=40, marketplace_accounts=1)
    assert len(rounds) >= 4
    assert all(rounds)
    settings.TOKEN_KEYS = [NEW]
    assert opened_by_everybody(oak) == expected


def test_a_ciphertext_opens_in_its_own_row_and_field_alone(oak, settings) -> None:
    one, two = a_connection(1), a_connection(2)
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
    swaps = [
        (one, "sealed_access_token", two.sealed_access_token),
        (one, "sealed_access_token", one.sealed_refresh_token),
        (one, "sealed_refresh_token", one.sealed_access_token),
        (one, "sealed_refresh_token", account.sealed_token),
        (account, "sealed_token", one.sealed_access_token),
    ]
    opened = {
        "sealed_access_token": "open_access_token",
        "sealed_refresh_token": "open_refresh_token",
        "sealed_token": "open_token",
    }
    for row, field, foreign in swaps:
        own = getattr(row, field)
        setattr(row, field, foreign)
        with pytest.raises(SealBroken):
            getattr(row, opened[field])()
        setattr(row, field, own)
        getattr(row, opened[field])()

    settings.TOKEN_KEYS = [OLD, f"t2:{OLD.partition(':')[2]}"]
    renamed = one.sealed_access_token.replace("t1.", "t2.", 1)
    with pytest.raises(SealBroken):  # even the same key under another id
        unseal(renamed, f"connection|{one.sealing_id}|access")


def found_anywhere(secrets: set[str]) -> list[tuple[str, str]]:
    """(table, secret) for each of them in any column of any row of any table, as the superuser's dump would have it."""
    place = os.environ["TEST_ADMIN_URL"]
    found = []
    with psycopg.connect(place, dbname=database.settings_dict["NAME"]) as admin:
        tables = admin.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert len(tables) > 30
        for (table,) in tables:
            whole = sql.SQL("SELECT string_agg(t::text, ' ') FROM {} t").format(
                sql.Identifier(table)
            )
            text = admin.execute(whole).fetchone()[0] or ""
            found += [(table, secret) for secret in secrets if secret in text]
    return found


@pytest.mark.django_db(transaction=True)
def test_a_search_of_every_column_of_every_table_finds_no_token(tiktok, oak, settings) -> None:
    """Searched after a life with everything in it: connecting, refreshing, checking, failures, refusals, rotation."""
    maya = a_person("maya@example.com", oak)
    secrets = {BRAND_TOKEN, settings.TIKTOK_APP_SECRET}

    def remember() -> None:
        row = Connection.objects.get()
        secrets.update({row.open_access_token(), row.open_refresh_token()})

    tiktok.control("switches", rotate_refresh=True)
    answer = consent(tiktok, maya, oak, "maya.bakes")
    finish(answer, maya)
    remember()
    with pytest.raises(ConnectRefused):
        finish(answer, maya)
    secrets |= set(answer.values())
    for problem in (50000, 0):
        tiktok.control("fail", times=9, code=problem) if problem else tiktok.control(
            "fail", times=0
        )
        Connection.objects.update(access_expires_at=timezone.now())
        grant_checks().update(due_at=timezone.now())
        check_due_grants()
        if problem:
            with pytest.raises(TikTokUnavailable):
                access_token(Connection.objects.get())
    access_token(Connection.objects.get())
    remember()
    connect(tiktok, maya, oak, "maya.bakes")
    remember()
    settings.TOKEN_KEYS = [NEW, OLD]
    rotate_token_keys()

    assert len(secrets) >= 10
    encoded = {base64.b64encode(secret.encode()).decode().rstrip("=")[:-1] for secret in secrets}
    assert found_anywhere(secrets | encoded) == []
    row = Connection.objects.get()
    assert found_anywhere({row.sealed_access_token}) == [
        ("tiktok_connection", row.sealed_access_token)
    ]
