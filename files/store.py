"""The storage of contents: a private folder of this machine, or a bucket (settings, STORAGES["files"])."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage, storages


class PrivateFolder(FileSystemStorage):
    """A folder that its own user alone may open. What was saved survives a power failure, as a committed row does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)  # type: ignore[misc]  # missing in the stubs
        path = Path(self.path(saved))
        for each in (path, *path.parents[: len(Path(saved).parents)]):
            _flush(each)
        return saved


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def contents() -> Storage:
    """The storage of all files' contents."""
    return storages["files"]
