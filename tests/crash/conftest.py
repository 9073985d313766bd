"""Processes of the product over the tests' own database, for what needs no server to be killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from influence.embedded import servers
from tests.crash.processes import Workers, workers
from tests.sandbox_process import Sandbox


@pytest.fixture
def hands(transactional_db: None, tiktok: Sandbox, tmp_path: Any) -> Iterator[Workers]:
    """A crew with a broker of its own, so that no other test's workers take its tasks. Its lease outlives the test."""
    own = connection.settings_dict
    database_url = f"postgresql://{own['USER']}@/{own['NAME']}?host={own['OPTIONS']['host']}"
    with (
        servers(tmp_path / "broker", postgres=False, durable=False) as running,
        workers(
            tmp_path / "workers",
            database_url=database_url,
            redis_url=running.redis_url,
            tiktok_url=tiktok.url,
            lease=timedelta(minutes=5),
        ) as hired,
    ):
        yield hired
