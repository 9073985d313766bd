from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.personas import Tenant, build_tenant

API = "/api/v1/"


@dataclass
class Reader:
    """Somebody with a key, or without one."""

    key: str = ""

    def get(self, path: str, params: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        url = path if path.startswith(("/", "http")) else API + path
        return Client().get(url, params, headers=headers)

    def ids(self, path: str, **params: Any) -> list[int]:
        """The ids of a list's first page."""
        answer = self.get(path, params)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def oak(db: None) -> Tenant:
    return build_tenant("oak")


@pytest.fixture
def elm(db: None) -> Tenant:
    return build_tenant("elm")


@pytest.fixture
def reader(oak: Tenant) -> Reader:
    return Reader(oak.keys["read"])
