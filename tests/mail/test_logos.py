"""An organization's logo in its mails, through a real mail server."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from files.services.logos import remove_logo, set_logo
from mail.enums import MessageState
from mail.models import Message
from mail.services.logos import with_embedded_logo
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.files.conftest import a_picture, an_upload, contents_in
from tests.files.conftest import folder as folder  # noqa: PLC0414 -- the fixture
from tests.mail.smtp_server import Server
from tests.mailing import deliver_queued

pytestmark = pytest.mark.django_db
Queued = Callable[..., Message]


def give_logo(organization: Organization, side: Any = 64) -> None:
    person = a_member(organization)
    with organization_scope(organization):
        set_logo(an_upload(a_picture(side)), actor=person)


def pictures(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_maintype() == "image"]


def part_text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_logo_travels_inside_the_mail_and_the_text_stays_as_it_is(
    server: Server, oak: Organization, queued: Queued
) -> None:
    queued()
    deliver_queued()
    give_logo(oak)
    queued("connect:2")
    deliver_queued()

    without, mail = server.mails
    assert mail.get_content_type() == "multipart/related"
    (picture,) = pictures(mail)
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<logo>", "inline")
    assert picture.get_content_type() == "image/png"
    html = part_text(mail, "html")
    element = html.partition('<img class="masthead-logo"')[2].partition(">")[0]
    for attribute in ('src="cid:logo"', 'height="40"', 'alt="Logo of Oak"'):
        assert attribute in element
    assert part_text(mail, "plain") == part_text(without, "plain")

    assert without.get_content_type() == "multipart/alternative"
    assert "<img" not in part_text(without, "html")


@pytest.mark.parametrize(
    ("side", "drawn"), [((500, 500), (80, 80)), ((1200, 60), (480, 80)), ((30, 20), (30, 80))]
)
def test_a_logo_of_any_shape_is_drawn_for_the_layout_s_40_pixels(
    server: Server, oak: Organization, queued: Queued, side: Any, drawn: Any
) -> None:
    give_logo(oak, side)
    queued()
    deliver_queued()
    (picture,) = pictures(server.mails[0])
    content = picture.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert Image.open(io.BytesIO(content)).size == drawn


@pytest.mark.parametrize("how", ["removed", "lost"])
def test_a_logo_that_is_gone_when_the_mail_is_sent_leaves_no_empty_frame(
    server: Server, oak: Organization, queued: Queued, folder: Path, how: str
) -> None:
    Organization.objects.filter(pk=oak.pk).update(name='Oak > "Elm"')
    give_logo(oak)
    message = queued()
    if how == "lost":
        contents_in(folder)[0].unlink()
    else:
        with organization_scope(oak):
            remove_logo(actor=a_member(oak, name="remover"))
    deliver_queued()

    (mail,) = server.mails
    html = part_text(mail, "html")
    assert ("cid:logo" in message.html, "<img" in html, pictures(mail)) == (True, False, [])
    assert "masthead-name" in html
    with organization_scope(oak):
        message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_an_organization_s_mail_shows_its_own_logo_only(
    server: Server, oak: Organization, elm: Organization, queued: Queued
) -> None:
    give_logo(elm)
    queued()
    deliver_queued()
    assert pictures(server.mails[0]) == []


def test_the_mailbox_of_ones_own_machine_shows_the_logo_too(
    oak: Organization, queued: Queued, settings: Any, tmp_path: Path
) -> None:
    settings.LOCAL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mails")
    give_logo(oak)
    queued()
    deliver_queued()
    address = Client().get("/mailbox/").content.decode().split('src="/mailbox/')[1].split('"')[0]
    mail = Client().get(f"/mailbox/{address}").content.decode()
    assert 'src="data:image/png;base64,' in mail
    assert "cid:logo" not in mail


def test_a_page_that_shows_a_mail_has_the_logo_inside_or_none(
    server: Server, oak: Organization, queued: Queued
) -> None:
    html = '<p><img class="masthead-logo" src="cid:logo" height="40"></p>'
    with organization_scope(oak):
        assert with_embedded_logo(html) == "<p></p>"
    give_logo(oak)
    with organization_scope(oak):
        shown = with_embedded_logo(html)
    assert shown.startswith('<p><img class="masthead-logo" src="data:image/png;base64,')
    assert shown.endswith(' height="40"></p>')
