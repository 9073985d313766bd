"""A fingerprint of migrations and demo data, so that a warm start may skip both when the last run left them so."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import psycopg

NOT_OURS = {".venv", "node_modules", "static", "tests", ".git", "benchmarks"}


def fingerprint(root: Path, url: str) -> str:
    """Changes with any of our Python files, any locked package, the database and its migrations."""
    month = time.strftime("%Y-%m")  # each migrate makes the partitions of the coming months
    digest = hashlib.sha256(f"{url} {month}".encode())
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name not in NOT_OURS and not folder.name.startswith("."):
            for file in sorted(folder.rglob("*.py")):
                stat = file.stat()
                digest.update(f"{file}:{stat.st_mtime_ns}:{stat.st_size}\n".encode())
    digest.update((root / "requirements/run.txt").read_bytes())
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute(
                "SELECT count(*), max(applied)::text FROM django_migrations"
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
    digest.update(repr(row).encode())
    return digest.hexdigest()
