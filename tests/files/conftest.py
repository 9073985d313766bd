"""A folder of the test's own, and pictures of all sorts."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tenancy.enums import Role
from tenancy.models import Organization, User
from tests.branding import a_member


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A real private folder for contents."""
    location = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": location}},
    }
    return location


@pytest.fixture
def owner(elm: Organization) -> User:
    return a_member(elm, Role.OWNER)


@pytest.fixture
def signed_in(elm: Organization) -> Callable[..., Client]:
    def sign_in(role: Role = Role.OWNER, organization: Organization = elm) -> Client:
        client = Client()
        client.force_login(a_member(organization, role, name=f"{role}-{organization.slug}"))
        return client

    return sign_in


def a_picture(
    side: int | tuple[int, int] = 64, *, form: str = "PNG", colour: Any = (200, 30, 60), **more: Any
) -> bytes:
    """The bytes of a plain picture; `more` goes to Pillow's save."""
    size = (side, side) if isinstance(side, int) else side
    output = io.BytesIO()
    Image.new("RGB", size, colour).save(output, form, **more)
    return output.getvalue()


def an_upload(content: bytes, name: str = "logo.png", kind: str = "image/png") -> Any:
    return SimpleUploadedFile(name, content, kind)


def contents_in(folder: Path) -> list[Path]:
    """Every content that lies in the folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
