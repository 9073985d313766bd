"""The same files in an S3-compatible storage, chosen by the environment: a small bucket that speaks its protocol."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product_settings
from django.core.files.base import ContentFile
from django.utils import timezone

from files.models import File
from files.purge import collect_files, delete_files
from files.services.logos import set_logo
from files.store import contents
from tenancy.scope import organization_scope
from tests.buckets import BUCKET, Bucket, in_a_bucket
from tests.files.conftest import a_picture, an_upload


@pytest.fixture
def bucket(settings: Any) -> Iterator[dict[str, bytes]]:
    with in_a_bucket(settings, "files") as objects:
        yield objects


@pytest.mark.django_db
def test_a_file_is_kept_read_and_deleted_in_a_bucket(
    bucket: dict[str, bytes], signed_in, elm, owner, django_capture_on_commit_callbacks: Any
) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    assert list(bucket) == [logo.path]
    assert bucket[logo.path].startswith(b"\x89PNG")

    client = signed_in("viewer")
    assert client.get(f"/o/elm/files/{logo.key}/").getvalue() == bucket[logo.path]
    with organization_scope(elm), django_capture_on_commit_callbacks(execute=True):
        delete_files(File.objects.all())
    assert bucket == {}


@pytest.mark.django_db
def test_a_content_that_the_bucket_lost_answers_404(
    bucket: dict[str, bytes], signed_in, elm, owner
) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    bucket.clear()
    assert signed_in("viewer").get(f"/o/elm/files/{logo.key}/").status_code == 404


@pytest.mark.django_db
def test_orphans_are_collected_from_a_bucket(bucket: dict[str, bytes], elm, owner) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    bucket[f"organization/{elm.pk}/0123"] = bucket["person/999999/4567"] = b"orphan"
    assert collect_files() == 0
    Bucket.written_at -= timedelta(minutes=61)
    assert collect_files() == 2
    assert list(bucket) == [logo.path]


def test_without_a_bucket_files_lie_in_the_data_directory() -> None:
    reported = subprocess.run(
        [sys.executable, "-c", "from influence.settings import STORAGES as s; print(s['files'])"],
        check=True,
        capture_output=True,
        text=True,
        cwd=product_settings.BASE_DIR,
        env={**os.environ, "DATA_DIR": "/somewhere", "FILES_BUCKET": ""},
    )
    assert eval(reported.stdout, {"PosixPath": Path}) == {
        "BACKEND": "files.store.PrivateFolder",
        "OPTIONS": {"location": Path("/somewhere/files")},
    }


def test_the_storage_of_a_bucket_adds_no_public_permission(bucket: dict[str, bytes]) -> None:
    storage: Any = contents()
    assert (storage.default_acl, storage.bucket_name) == (None, BUCKET)


@pytest.mark.django_db
def test_a_bucket_that_is_away_is_an_error_of_the_storage_as_of_a_folder(
    bucket: dict[str, bytes], elm, owner, monkeypatch
) -> None:
    storage = contents()
    path = storage.save("a", ContentFile(b"1"))
    with storage.open(path) as opened:
        assert opened.read() == b"1"
    assert storage.get_modified_time(path) <= timezone.now()
    monkeypatch.setattr(Bucket, "is_away", True)
    for act in (
        storage.delete,
        storage.exists,
        storage.get_modified_time,
        storage.listdir,
        storage.open,
        lambda name: storage.save(f"{name}b", ContentFile(b"2")),
    ):
        with pytest.raises(OSError, match="The bucket did not"):
            act(path)
