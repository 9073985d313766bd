"""The one way to a content: by its owner's people, as a download that no browser runs."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from files import limits
from files.enums import FileKind
from files.models import File
from files.services.logos import set_logo
from files.services.storing import store_content
from files.store import contents
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.branding import a_member
from tests.files.conftest import a_picture, an_upload

pytestmark = pytest.mark.django_db
SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


@pytest.fixture
def logo(elm: Organization, owner: User) -> File:
    with organization_scope(elm):
        return set_logo(an_upload(a_picture(), "Elm’s ロゴ.jpg"), actor=owner)


def at(name: str, key: uuid.UUID, slug: str = "elm") -> str:
    return reverse(name, args=[slug, key])


@pytest.mark.parametrize("role", Role.values)
def test_every_member_may_download_it(signed_in, logo: File, role: str) -> None:
    answer = signed_in(role).get(at("file", logo.key))
    assert answer.status_code == 200
    content = answer.getvalue()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (logo.size, logo.sha256)
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''Elm%E2%80%99s%20%E3%83%AD%E3%82%B4.png"
    )
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Length"] == str(logo.size)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == SANDBOX
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_page_shows_the_picture_inline_with_its_fixed_type(signed_in, logo: File) -> None:
    answer = signed_in().get(at("file_picture", logo.key))
    assert answer.getvalue().startswith(b"\x89PNG")
    assert answer["Content-Disposition"].startswith("inline; ")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == SANDBOX
    assert answer["Cache-Control"] == "private, max-age=86400, immutable"


def test_no_browser_keeps_a_picture_of_the_old_source(signed_in, elm: Organization) -> None:
    """The purge deletes it, and reaches no browser."""
    with organization_scope(elm):
        file = store_content(FileKind.LEGACY_PICTURE, an_upload(a_picture()))
        file.save()
    answer = signed_in().get(at("file_picture", file.key))
    assert answer.getvalue().startswith(b"\x89PNG")
    assert answer["Cache-Control"] == "private, no-store"


def test_what_is_no_picture_is_never_shown_inline(
    signed_in, logo: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, logo.kind, limits.Limit(9, {"application/pdf": ".pdf"}))
    client = signed_in()
    assert client.get(at("file_picture", logo.key)).status_code == 404
    download = client.get(at("file", logo.key))
    assert download.getvalue()
    assert download["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("name", ["file", "file_picture"])
def test_another_organization_s_file_answers_as_an_absent_one(
    oak: Organization, logo: File, name: str
) -> None:
    client = Client()
    client.force_login(a_member(oak, Role.OWNER))
    answers = [
        client.get(at(name, logo.key, "oak")),
        client.get(at(name, uuid.uuid4(), "oak")),
        client.get(at(name, logo.key, "elm")),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Client().get(at(name, logo.key)).status_code == 302


def test_a_person_s_own_file_is_in_no_organization_of_theirs(signed_in, owner: User) -> None:
    with person_scope(owner):
        file = store_content(FileKind.ORGANIZATION_LOGO, an_upload(a_picture()))
        file.save()
    client = Client()
    client.force_login(owner)
    assert client.get(at("file", file.key)).status_code == 404


def test_a_file_has_no_other_address(signed_in, logo: File) -> None:
    client = signed_in()
    for path in (
        f"/o/elm/files/{logo.pk}/",
        f"/{logo.path}",
        f"/media/{logo.path}",
        f"/files/{logo.path}",
    ):
        assert client.get(path).status_code == 404
    assert client.post(at("file", logo.key)).status_code == 405


def test_a_content_that_is_missing_answers_404_and_is_logged(signed_in, logo: File, caplog) -> None:
    contents().delete(logo.path)
    assert signed_in().get(at("file", logo.key)).status_code == 404
    assert "file.content_missing" in caplog.text


@pytest.mark.parametrize(
    "name",
    ['a"b.png', "a\r\nX-Evil: 1.png", "\u202egnp.html", "../../x.png", "a;filename=b.html.png"],
)
def test_no_name_leaves_its_place_in_the_header(signed_in, elm, owner: User, name: str) -> None:
    with organization_scope(elm):
        file = set_logo(an_upload(a_picture(), name), actor=owner)
    answer = signed_in(Role.VIEWER).get(at("file", file.key))
    assert answer.getvalue()
    assert "X-Evil" not in answer
    assert "\u202e" not in answer["Content-Disposition"]
    assert answer["Content-Disposition"].count("filename") == 1 + name.count("filename")
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Disposition"].endswith('.png"')
