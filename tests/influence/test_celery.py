"""Workers and schedulers under a role that could look past row-level security."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

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
