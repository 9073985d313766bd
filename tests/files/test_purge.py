"""Deleting a file takes its content along; content that no row names is collected; nothing else is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from files import purge
from files.enums import FileKind
from files.models import File
from files.purge import collect_files, delete_files, delete_with_contents
from files.services.logos import remove_logo, set_logo
from files.services.storing import store_content
from files.store import contents
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.files.conftest import a_picture, an_upload, contents_in

pytestmark = pytest.mark.django_db
KIND = FileKind.ORGANIZATION_LOGO
Committing = Callable[..., object]


def age(path: Path, **ago: float) -> None:
    at = time.time() - timedelta(**ago).total_seconds()
    os.utime(path, (at, at))


@pytest.fixture
def logo(elm: Organization, owner: User) -> File:
    with organization_scope(elm):
        return set_logo(an_upload(a_picture()), actor=owner)


def test_a_deleted_row_takes_its_content_along_once_that_is_committed(
    elm, logo: File, folder: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    with organization_scope(elm):
        with django_capture_on_commit_callbacks(execute=True):
            assert delete_files(File.objects.all()) == 1
            assert contents_in(folder) == [folder / logo.path]
        assert contents_in(folder) == []
        assert not File.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_rolled_back_keeps_the_content(elm, logo: File, folder: Path) -> None:
    with organization_scope(elm):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            logo.delete()
            raise ZeroDivisionError
        assert File.objects.count() == 1
    assert contents_in(folder) == [folder / logo.path]


def test_erasing_a_person_erases_their_files(
    elm, folder: Path, logo: File, django_capture_on_commit_callbacks: Committing
) -> None:
    person = User.objects.create_user("mia@elm.example")
    with person_scope(person):
        store_content(KIND, an_upload(a_picture())).save()
        assert len(contents_in(folder)) == 2
        with django_capture_on_commit_callbacks(execute=True):
            person.delete()
    assert contents_in(folder) == [folder / logo.path]


def test_content_without_a_row_is_collected_after_an_hour(
    elm, oak, logo: File, folder: Path
) -> None:
    with organization_scope(oak):
        old, young = (store_content(KIND, an_upload(a_picture())) for _ in range(2))
    age(folder / old.path, minutes=61)
    age(folder / young.path, minutes=59)
    age(folder / logo.path, days=9)
    contents().save("organization/999999/abcdef", ContentFile(b"of an erased organization"))
    contents().save("person/999999/abcdef", ContentFile(b"of an erased person"))
    for column in ("organization", "person"):
        age(folder / column / "999999/abcdef", minutes=61)
    (folder / "organization/lost+found").mkdir()

    assert collect_files() == 3
    assert contents_in(folder) == sorted([folder / logo.path, folder / young.path])
    assert collect_files() == 0


def test_content_that_a_deletion_takes_meanwhile_is_no_trouble(
    elm, logo: File, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = purge.listed
    monkeypatch.setattr(purge, "listed", lambda *at: (listed(*at)[0], [*listed(*at)[1], "gone"]))
    assert collect_files() == 0
    assert contents_in(folder) == [folder / logo.path]


def test_nothing_to_collect_in_a_storage_that_nothing_was_written_to(folder: Path) -> None:
    assert not folder.exists()
    assert collect_files() == 0


def test_a_removed_file_is_deleted_when_it_can_no_longer_be_restored(
    elm, owner: User, logo: File, folder: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    with organization_scope(elm):
        remove_logo(actor=owner)
        for minutes, left in ((59, 1), (61, 0)):
            File.objects.update(removed_at=timezone.now() - timedelta(minutes=minutes))
            with django_capture_on_commit_callbacks(execute=True):
                collect_files()
            assert len(contents_in(folder)) == File.objects.count() == left


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_fails_undoes_no_deletion(
    elm, logo: File, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the storage does not answer")

    with monkeypatch.context() as broken:
        broken.setattr("files.store.PrivateFolder.delete", fail)
        with organization_scope(elm):
            logo.delete()
            assert not File.objects.exists()
    assert "the storage does not answer" in caplog.text
    age(folder / logo.path, minutes=61)
    assert collect_files() == 1
    assert contents_in(folder) == []


def test_contents_go_before_their_rows_where_nothing_may_be_left(
    elm, logo: File, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the storage does not answer")

    with organization_scope(elm):
        with monkeypatch.context() as broken:
            broken.setattr("files.store.PrivateFolder.delete", fail)
            with pytest.raises(OSError, match="does not answer"):
                delete_with_contents(File.objects.all())
        assert File.objects.count() == len(contents_in(folder)) == 1
        assert delete_with_contents(File.objects.all()) == 1
        assert File.objects.count() == len(contents_in(folder)) == 0
        assert delete_with_contents(File.objects.all()) == 0
