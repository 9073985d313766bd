"""The bucket of a storage that speaks S3's protocol."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A bucket whose contents are read while they are sent: whole ones would be taken into memory first."""

    def open_part(self, name: str, part: range) -> Any:
        """The named bytes of a content. Raises FileNotFoundError."""
        try:
            answer = self.bucket.Object(name).get(Range=f"bytes={part.start}-{part.stop - 1}")
        except ClientError as missing:
            raise FileNotFoundError(name) from missing
        return answer["Body"]
