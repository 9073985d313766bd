"""A capability that no service reads is a promise that nobody keeps: it goes, or something reads it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from django.conf import settings

from tiktok.client import Capabilities

SERVICES = [
    path
    for app in ("tiktok", "campaigns", "crm")
    for path in (Path(settings.BASE_DIR) / app / "services").rglob("*.py")
]


def unread(names: list[str], sources: list[str]) -> list[str]:
    return [
        name
        for name in names
        if not any(re.search(rf"[.\"]{name}\b", source) for source in sources)
    ]


def test_each_capability_is_read_by_a_service() -> None:
    names = [field.name for field in dataclasses.fields(Capabilities)]
    assert unread(names, [path.read_text() for path in SERVICES]) == []
