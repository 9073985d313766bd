"""The bucket of a storage that speaks S3's protocol."""

from __future__ import annotations

from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A bucket whose contents are read while they are sent: whole ones would be taken into memory first."""

    def _save(self, name: str, content: Any) -> str:
        """Write a content. Raises OSError, as a folder does, where the bucket does not take it."""
        try:
            saved: str = super()._save(name, content)
        except (Boto3Error, BotoCoreError, ClientError) as refused:
            raise OSError(f"The bucket did not take {name}.") from refused
        return saved

    def exists(self, name: str) -> bool:
        """Does the bucket have this content? Raises OSError where it does not answer."""
        try:
            return bool(super().exists(name))
        except (BotoCoreError, ClientError) as away:
            raise OSError(f"The bucket did not say whether it has {name}.") from away

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Folders and contents below a folder. Raises OSError where the bucket does not answer."""
        try:
            folders, contents = super().listdir(name)
        except (BotoCoreError, ClientError) as away:
            raise OSError(f"The bucket did not list {name}.") from away
        return folders, contents

    def open_part(self, name: str, part: range) -> Any:
        """The named bytes of a content. Raises FileNotFoundError."""
        try:
            answer = self.bucket.Object(name).get(Range=f"bytes={part.start}-{part.stop - 1}")
        except ClientError as missing:
            raise FileNotFoundError(name) from missing
        return answer["Body"]
