"""Workers and schedulers under a role that could look past row-level security."""

from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from influence.celery import share_memory

COMMANDS = {"worker": ["worker", "--pool", "solo"], "beat": ["beat", "--pidfile="]}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_role_that_owns_tables_ends_the_process_with_the_reason(name, tmp_path) -> None:
    schedule = ["--schedule", str(tmp_path / "schedule")] if name == "beat" else []
    ended = subprocess.run(
        [sys.executable, "-m", "celery", "--app", "influence.celery", *COMMANDS[name], *schedule],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": os.environ["TEST_OWNER_URL"],
            "REDIS_URL": settings.REDIS_URL,
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "'influence_owner' owns tables" in ended.stderr


@pytest.mark.parametrize(
    "get_ready",
    [
        share_memory,
        lambda: runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["when_ready"](
            SimpleNamespace(LISTENERS=[])
        ),
    ],
    ids=["worker", "web"],
)
def test_the_collector_leaves_alone_what_forks_share(get_ready: Callable[[], Any]) -> None:
    gc.unfreeze()
    get_ready()
    assert gc.get_freeze_count() > 100_000
