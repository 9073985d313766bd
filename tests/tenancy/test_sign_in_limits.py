"""Wrong passwords and mailed codes are limited; nobody is locked out by what somebody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

import influence.settings
from tenancy.models import User
from tests.mailing import deliver_queued

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE, PROXY = "198.51.100.1", "198.51.100.2", "172.18.0.1"


@pytest.fixture(autouse=True)
def _limits(settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = influence.settings.ACCOUNT_RATE_LIMITS
    settings.TRUSTED_PROXY_COUNT = 1
    for name in ("ann", "bea"):
        User.objects.create_user(f"{name}@example.com", "right-password")


def post(path: str, address: str, **fields: str) -> Any:
    return Client().post(path, fields, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=address)


def sent() -> int:
    deliver_queued()
    return len(mail.outbox)


def sign_in(name: str, password: str, address: str = HERE) -> bool:
    answer = post("/accounts/login/", address, login=f"{name}@example.com", password=password)
    return bool(answer.status_code == 302)


def test_wrong_passwords_lock_the_account_at_that_address_only() -> None:
    for _ in range(5):
        assert not sign_in("ann", "wrong")
    assert not sign_in("ann", "right-password")
    assert sign_in("ann", "right-password", ELSEWHERE)
    assert sign_in("bea", "right-password")


def test_an_address_that_a_stranger_writes_into_the_header_helps_him_nothing() -> None:
    for number in range(5):
        assert not sign_in("ann", "wrong", f"192.0.2.{number}, {HERE}")
    assert not sign_in("ann", "right-password", f"192.0.2.99, {HERE}")


def test_the_addresses_of_one_line_are_one_address() -> None:
    for number in range(5):
        assert not sign_in("ann", "wrong", f"2001:db8:0:1::{number}")
    assert not sign_in("ann", "right-password", "2001:db8:0:1:a:b:c:d")
    assert sign_in("ann", "right-password", "2001:db8:0:2::1")


def test_eleven_wrong_passwords_behind_the_proxy_lock_nobody_else_out() -> None:
    for number in range(11):
        sign_in(f"nobody{number}", "wrong")
    assert sign_in("bea", "right-password")
    assert sign_in("ann", "right-password", ELSEWHERE)


def test_an_address_that_tries_many_accounts_is_stopped() -> None:
    for number in range(120):
        sign_in(f"nobody{number}", "wrong")
    answer = post("/accounts/login/", HERE, login="ann@example.com", password="right-password")
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert sign_in("ann", "right-password", ELSEWHERE)


@pytest.mark.parametrize(
    ("path", "field"), [("/accounts/login/code/", "email"), ("/accounts/password/reset/", "email")]
)
def test_mail_to_an_account_is_limited_for_each_address_and_elsewhere_still_sent(
    path, field
) -> None:
    for _ in range(3):
        assert post(path, HERE, **{field: "ann@example.com"}).status_code == 302
    assert "Too many" in post(path, HERE, **{field: "Ann@example.com"}).content.decode()
    assert sent() == 3
    assert post(path, HERE, **{field: "bea@example.com"}).status_code == 302
    assert post(path, ELSEWHERE, **{field: "ann@example.com"}).status_code == 302
    assert sent() == 5


def test_a_mailbox_is_not_flooded_from_many_addresses() -> None:
    for number in range(25):
        for _ in range(3):
            post("/accounts/login/code/", f"198.51.100.{number}", email="ann@example.com")
    assert sent() == 60
