"""The log of requests."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from influence import error_reports
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/accounts/password/reset/key/1-s3cret-k3y-of-a-mail/", "/accounts/password/reset/key/1-…/"),
        ("/accounts/password/reset/key/1-s3cret/k3y-of-a-mail/", "/accounts/password/reset/key/1-…/"),
        ("/accounts/password/reset/key/a-s3cret-k3y-of-a-mail/", "/accounts/password/reset/key/a-…/"),
        ("/accounts/confirm-email/s3cret-k3y-of-a-mail/", "/accounts/confirm-email/…/"),
        ("/accounts/confirm-email/s3cret-k3y-of-a-mail", "/accounts/…"),  # cut short: no address
        ("/s3cret-k3y-of-a-mail-and-more/", "/…"),
        ("/i/s3cret-k3y-of-a-mail/nothing/here/", "/i/…"),
        ("/o/oak/influencers/7/", "/o/oak/influencers/7/"),
        ("/me/organizations/oak/connect/", "/me/organizations/oak/connect/"),
        ("/favicon.ico", "/favicon.ico"),
    ],
)  # fmt: skip
def test_a_path_that_carries_a_secret_is_cut_wherever_it_is_logged(caplog, path, shown) -> None:
    with caplog.at_level(logging.DEBUG):
        Client(raise_request_exception=False).get(path)
        without_secrets = error_reports.without_secrets(
            {"request": {"url": f"https://x.example{path}?q=1"}}, {}
        )
    assert f"GET {shown}" in caplog.text
    assert without_secrets["request"]["url"] == f"https://x.example{shown}"
    assert "s3cret" not in caplog.text


def test_django_s_own_lines_about_a_request_are_cut_too() -> None:
    request = RequestFactory().post("/accounts/confirm-email/s3cret-k3y-of-a-mail/")
    record = logging.LogRecord(
        "django.security.csrf", logging.WARNING, "x.py", 1,
        "Forbidden (%s): %s", ("no cookie", request.path), None,
    )  # fmt: skip
    record.request = request
    for line_filter in settings.LOGGING["handlers"]["console"]["filters"]:
        configured = settings.LOGGING["filters"][line_filter]["()"]
        import_string(configured)().filter(record)
    assert record.getMessage() == "Forbidden (no cookie): /accounts/confirm-email/…/"
