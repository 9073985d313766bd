"""The launcher's errors, said instead of a traceback."""

from __future__ import annotations

import errno
from pathlib import Path


class CannotStart(Exception):
    """One sentence for a person: what is wrong and what to do."""


def disk_problem(text: str, folder: Path) -> str | None:
    """The sentence for a full or read-only disk if `text` (a log, an error) tells of one."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return f"The disk under {folder} is full: free some space, or set DATA_DIR to another disk."
    if "Read-only file system" in text or "Permission denied" in text:
        return f"{folder} cannot be written: set DATA_DIR to a folder of yours on a writable disk."
    return None


def last_line(text: str) -> str:
    """The last line that tells of an error, or else that says anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (errors or lines or ["no output"])[-1]


def from_os_error(error: OSError, folder: Path) -> CannotStart:
    """Translate a failure to create or write something under `folder`."""
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return CannotStart(f"{folder} is not a folder: set DATA_DIR to one.")
    return CannotStart(disk_problem(str(error), folder) or f"{folder} cannot be used: {error}.")
