"""Secrets and addresses that outlive one run, in files only their owner reads."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def load_or_create(file: Path) -> dict[str, str]:
    """The secrets of this data directory, made at the first start."""
    if not file.exists():
        write(
            file,
            {
                "SECRET_KEY": secrets.token_urlsafe(50),
                "TOKEN_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
                "OWNER_PASSWORD": secrets.token_urlsafe(24),
                "APP_PASSWORD": secrets.token_urlsafe(24),
            },
        )
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def write(file: Path, values: Mapping[str, str]) -> None:
    """Replace `file` in one step; no other user can read it at any moment."""
    half = file.with_name(file.name + ".new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.writelines(f"{name}={value}\n" for name, value in values.items())
    half.rename(file)
