"""Settings, Organization: the name, and a logo that can be uploaded, replaced, removed and restored."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from files.models import File
from files.queries import current_logo, previous_logo
from files.services.logos import remove_logo, restore_logo, set_logo
from files.uploads import MOST
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.files.conftest import a_picture, an_upload, contents_in
from tests.submitting import submit

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/organization/"
CHANGES = [
    f"{PAGE}name/",
    f"{PAGE}logo/",
    f"{PAGE}logo/remove/",
    f"{PAGE}logo/{uuid.uuid4()}/restore/",
]


def upload(client: Client, content: bytes, name: str = "logo.png") -> Any:
    return client.post(f"{PAGE}logo/", {"logo": an_upload(content, name)})


def logo_of(organization: Organization) -> File | None:
    with organization_scope(organization):
        return current_logo()


def previous_of(organization: Organization) -> File | None:
    with organization_scope(organization):
        return previous_logo()


def verbs(organization: Organization) -> list[str]:
    with organization_scope(organization):
        events = Event.objects.filter(verb__startswith="organization.").order_by("pk")
        return [event.verb for event in events]


def rename(client: Client, name: str) -> Any:
    return submit(client, PAGE, {"name": name}, to=f"{PAGE}name/")


def html(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


# --- the name ----------------------------------------------------------------------------------------------------
def test_a_new_name_is_shown_at_once_and_every_address_stays(signed_in, elm) -> None:
    client = signed_in()
    answer = rename(client, "  Elm & Söhne ")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert '<span class="switcher-name">Elm &amp; Söhne</span>' in html(client)
    assert verbs(elm) == ["organization.renamed"]

    rename(client, "Elm & Söhne")
    assert verbs(elm) == ["organization.renamed"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Enter the name of the organization."),
        (" ", "Enter the name of the organization."),
        ("x" * 121, "At most 120 characters fit; these are 121."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_name_that_does_not_do_is_refused(signed_in, elm, name: str, problem: str) -> None:
    answer = signed_in().post(f"{PAGE}name/", {"name": name})
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    elm.refresh_from_db()
    assert elm.name == "Elm"


# --- the logo ----------------------------------------------------------------------------------------------------
def test_a_logo_stands_in_the_navigation_of_every_page(signed_in, elm) -> None:
    client = signed_in()
    assert "<img" not in html(client)
    assert upload(client, a_picture(), "Elm.PNG")["Location"] == PAGE

    logo = logo_of(elm)
    assert logo.name == "Elm.png"
    for path in (PAGE, "/o/elm/", "/o/elm/settings/tiktok/"):
        assert f'<img src="/o/elm/files/{logo.key}/picture/"' in html(client, path)
    assert f'href="/o/elm/files/{logo.key}/"' in html(client)


def test_another_logo_takes_its_place_and_either_can_come_back(
    signed_in, elm, folder: Path
) -> None:
    client = signed_in()
    upload(client, a_picture(colour="red"))
    red = logo_of(elm)
    upload(client, a_picture(colour="blue"))
    blue = logo_of(elm)
    assert blue != red
    assert previous_of(elm) == red

    client.post(f"{PAGE}logo/{red.key}/restore/")
    assert (logo_of(elm), previous_of(elm)) == (red, blue)
    assert len(contents_in(folder)) == 2
    assert verbs(elm) == ["organization.logo_set"] * 3


def test_a_removed_logo_can_be_restored_for_an_hour(signed_in, elm) -> None:
    client = signed_in()
    upload(client, a_picture())
    logo = logo_of(elm)
    client.post(f"{PAGE}logo/remove/")
    assert logo_of(elm) is None
    page = html(client)
    assert "No logo yet" in page
    assert f'action="{PAGE}logo/{logo.key}/restore/"' in page

    client.post(f"{PAGE}logo/{logo.key}/restore/")
    assert logo_of(elm) == logo
    assert verbs(elm) == [
        "organization.logo_set", "organization.logo_removed", "organization.logo_set",
    ]  # fmt: skip

    client.post(f"{PAGE}logo/remove/")
    with organization_scope(elm):
        File.objects.update(removed_at=timezone.now() - timedelta(minutes=61))
    assert "/restore/" not in html(client)


def test_removing_what_is_not_there_changes_nothing(signed_in, elm) -> None:
    assert signed_in().post(f"{PAGE}logo/remove/").status_code == 302
    assert verbs(elm) == []


def test_a_logo_that_was_deleted_meanwhile_cannot_be_restored(signed_in, elm, owner: User) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
        remove_logo(actor=owner)
        File.objects.all().delete()
        with pytest.raises(File.DoesNotExist):
            restore_logo(logo, actor=owner)
    assert signed_in(Role.ADMIN).post(f"{PAGE}logo/{logo.key}/restore/").status_code == 404


def test_restoring_the_logo_that_is_on_show_keeps_it(signed_in, elm) -> None:
    client = signed_in()
    upload(client, a_picture())
    logo = logo_of(elm)
    client.post(f"{PAGE}logo/{logo.key}/restore/")
    assert (logo_of(elm), previous_of(elm)) == (logo, None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<svg/>", "This type of file is not accepted. Accepted types: PNG, JPG, WEBP."),
        (b"", "This file is empty. Choose another one."),
        (a_picture() + b"\0" * 2**21, "This file is too large"),
        (a_picture()[:60], "This picture is damaged and could not be read."),
    ],
)
def test_a_refusal_stands_beside_the_field_and_keeps_the_logo(
    signed_in, elm, folder: Path, content: bytes, problem: str
) -> None:
    client = signed_in()
    upload(client, a_picture())
    logo = logo_of(elm)
    answer = upload(client, content)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert logo_of(elm) == logo
    assert contents_in(folder) == [folder / logo.path]


def test_an_upload_without_a_file_says_so(signed_in) -> None:
    answer = signed_in().post(f"{PAGE}logo/", {})
    assert answer.status_code == 422
    assert "Choose a picture first." in answer.content.decode()


def test_a_form_beyond_all_limits_is_refused_unread(signed_in, elm) -> None:
    class Unread:
        """A body that nobody may read."""

        def read(self, size: int = -1) -> bytes:
            pytest.fail("the body was read")

        readline = read

    environ = {
        "wsgi.input": Unread(),
        "CONTENT_LENGTH": str(MOST + 1),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    answer = signed_in().generic("POST", f"{PAGE}logo/", **environ)
    assert answer.status_code == 400


# --- who ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_who_may_not_manage_sees_name_and_logo_and_no_form(signed_in, elm, role: Role) -> None:
    client = signed_in(role)
    page = html(client)
    assert "Owners and admins can change these." in page
    assert f'action="{PAGE}' not in page
    assert [client.post(path).status_code for path in CHANGES] == [403] * 4


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_owners_and_admins_may_change_them(signed_in, elm, role: Role) -> None:
    client = signed_in(role)
    assert upload(client, a_picture()).status_code == 302
    assert rename(client, "Elm Street").status_code == 302
    assert logo_of(elm)


def test_another_organization_s_logo_cannot_be_restored_here(signed_in, elm, oak) -> None:
    upload(signed_in(), a_picture())
    logo = logo_of(elm)
    client = signed_in(organization=oak)
    path = f"/o/oak/settings/organization/logo/{logo.key}/restore/"
    assert client.post(path).status_code == 404
    assert (logo_of(elm), logo_of(oak)) == (logo, None)
    assert str(logo.key) not in html(client, "/o/oak/settings/organization/")


# --- two at once -------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_upload_at_once_one_is_last_and_nobody_fails(elm, owner: User) -> None:
    barrier, failures = threading.Barrier(4), []

    def change(content: bytes) -> None:
        try:
            with organization_scope(elm):
                barrier.wait()
                set_logo(an_upload(content), actor=owner)
        except Exception as failure:  # noqa: BLE001 -- told to the test
            failures.append(failure)
        finally:
            connection.close()

    run_all(change, [a_picture(colour=colour) for colour in ("red", "green", "blue", "black")])
    assert failures == []
    with organization_scope(elm):
        assert File.objects.count() == 4
        assert File.objects.filter(removed_at=None).count() == 1


def run_all(work: Callable[[bytes], None], values: list[bytes]) -> None:
    threads = [threading.Thread(target=work, args=[value]) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
