"""The storage of contents: a private folder of this machine, or a bucket (`files.bucket`; settings, STORAGES["files"])."""

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
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]  # missing in the stubs
            path = Path(self.path(saved))
            for each in (path, *path.parents[: len(Path(saved).parents)]):
                _flush(each)
        except OSError:
            self.delete(name)  # a part of it would take the room that is missing
            raise
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


def ledger() -> Storage:
    """The storage of the ledger, which no backup of the database rolls back (`files.services.ledger`)."""
    return storages["ledger"]


def listed(storage: Storage, folder: str) -> tuple[list[Any], list[Any]]:
    """Folders and contents below a folder of a storage; none of a folder that nothing was written to yet."""
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


class Piece:
    """The next bytes of an open content, and no more of it."""

    def __init__(self, content: Any, size: int) -> None:
        self.content, self.left = content, size

    def read(self, size: int = -1) -> bytes:
        most = self.left if size < 0 else min(size, self.left)
        piece: bytes = self.content.read(most)
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.content.close()


def open_part(path: str, part: range) -> Any:
    """A content, to be read from `part.start` to `part.stop`. Raises FileNotFoundError."""
    storage: Any = contents()
    if hasattr(storage, "open_part"):
        return storage.open_part(path, part)
    content = storage.open(path)
    content.seek(part.start)
    return content if part.stop == content.size else Piece(content, len(part))
