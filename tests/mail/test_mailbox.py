"""The mailbox of `make run`, and that production has none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mail.services.mailbox import kept_mails
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.mail.conftest import queue
from tests.mailing import deliver_queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def _to_files(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)


@pytest.mark.usefixtures("_to_files")
def test_it_shows_what_would_have_been_sent_newest_first(oak: Organization, settings: Any) -> None:
    settings.LOCAL = True
    assert "No e-mail yet" in Client().get("/mailbox/").content.decode()
    with organization_scope(oak):
        queue()
        queue("connect:2", to="rio@example.com")
    deliver_queued()

    page = Client().get("/mailbox/")
    text = page.content.decode()
    assert text.index("rio@example.com") < text.index("tom@example.com")
    assert "frame-src https://www.tiktok.com 'self';" in page["Content-Security-Policy"] + ";"
    address = text.split('<iframe class="mailbox-body"')[1].split('src="')[1].split('"')[0]
    mail = Client().get(address)
    assert "Read the invitation" in mail.content.decode()
    assert "sandbox allow-popups" in mail["Content-Security-Policy"]
    assert mail["X-Frame-Options"] == "SAMEORIGIN"
    assert Client().get("/mailbox/no-such-mail/").status_code == 404


@pytest.mark.usefixtures("_to_files")
def test_the_newest_file_comes_first(tmp_path: Path) -> None:
    for name, moment in (("a", 100), ("b", 300), ("c", 200)):
        (tmp_path / f"{name}.log").write_text(f"Subject: {name}\n\nHello\n")
        os.utime(tmp_path / f"{name}.log", (moment, moment))
    assert [each.mail["Subject"] for each in kept_mails()] == ["b", "c", "a"]


@pytest.mark.usefixtures("_to_files")
def test_production_has_none() -> None:
    assert Client().get("/mailbox/").status_code == 404
    assert Client().get("/mailbox/x-0/").status_code == 404


def test_there_is_none_while_mails_are_really_sent(settings: Any) -> None:
    settings.LOCAL, settings.EMAIL_BACKEND = True, "mail.smtp.EmailBackend"
    assert Client().get("/mailbox/").status_code == 404
