"""The bucket of a storage that speaks S3's protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage


@contextmanager
def _answering(problem: str) -> Iterator[None]:
    """Raises OSError, as a folder does, with this sentence where the bucket does not do it."""
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as away:
        raise OSError(problem) from away


class Bucket(S3Storage):
    """A bucket whose contents are read while they are sent: whole ones would be taken into memory first. Raises OSError."""

    def _save(self, name: str, content: Any) -> str:
        with _answering(f"The bucket did not take {name}."):
            saved: str = super()._save(name, content)
        return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _answering(f"The bucket did not open {name}."):
            return super()._open(name, mode)

    def delete(self, name: str) -> None:
        """Delete a content; one that is not there is no error."""
        with _answering(f"The bucket did not delete {name}."):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Does the bucket have this content?"""
        with _answering(f"The bucket did not say whether it has {name}."):
            return bool(super().exists(name))

    def get_modified_time(self, name: str) -> datetime:
        """The time at which a content was written."""
        with _answering(f"The bucket did not say when {name} was written."):
            written_at: datetime = super().get_modified_time(name)
        return written_at

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Folders and contents below a folder."""
        with _answering(f"The bucket did not list {name}."):
            folders, contents = super().listdir(name)
        return folders, contents

    def open_part(self, name: str, part: range) -> Any:
        """The named bytes of a content. Raises FileNotFoundError."""
        try:
            answer = self.bucket.Object(name).get(Range=f"bytes={part.start}-{part.stop - 1}")
        except ClientError as missing:
            raise FileNotFoundError(name) from missing
        return answer["Body"]
