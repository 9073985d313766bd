"""Pictures that an installation of the old source stored: taken in as files of the old source, which the purge deletes.

A path below the folder that is named becomes a file of ours, drawn anew. An address stays an address.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.core.files.base import File as Upload
from django.urls import reverse

from campaigns.errors import FolderElsewhere
from files.enums import FileKind
from files.errors import FileRefused
from files.models import File
from files.services.storing import store_content
from tenancy.models import Organization
from tenancy.scope import required_organization_id
from tiktok.enums import Source
from tiktok.models import Creator, Video
from tiktok.services.legacy.export import LegacyRow, RefusedRow


def is_folder_here(folder: Path) -> bool:
    """Can files of this folder be read on this machine?"""
    return os.access(folder, os.R_OK | os.X_OK) and folder.is_dir()


class Pictures:
    """The pictures of some rows. `remarks`: what could not be taken in, by line; `left_out`: how many for want of a folder.

    Raises FolderElsewhere on a machine that does not have the folder, such as a worker's.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder).resolve() if folder else None
        if self.folder and not is_folder_here(self.folder):
            raise FolderElsewhere
        self.remarks: list[RefusedRow] = []
        self.left_out = 0
        self._addresses: dict[str, str] = {}

    def stored(self, rows: Sequence[LegacyRow]) -> list[LegacyRow]:
        """The rows with addresses in the place of paths. Posts and accounts that have a picture keep it."""
        if not any(row.image or row.account_image for row in rows):
            return list(rows)
        videos = Video.objects.filter(
            source=Source.LEGACY, tiktok_video_id__in=[row.tiktok_video_id for row in rows]
        )
        accounts = Creator.objects.filter(handle__in={row.handle for row in rows})
        shown = set(videos.exclude(thumbnail_url="").values_list("tiktok_video_id", flat=True))
        seen = set(accounts.exclude(profile_image="").values_list("handle", flat=True))
        return [
            replace(
                row,
                image="" if row.tiktok_video_id in shown else self._address(row.line, row.image),
                account_image=""
                if row.handle in seen
                else self._address(row.line, row.account_image),
            )
            for row in rows
        ]

    def _address(self, line: int, text: str) -> str:
        if not text or text.startswith("https://"):
            return text
        if text not in self._addresses:
            self._addresses[text] = self._stored(line, text)
        return self._addresses[text]

    def _stored(self, line: int, path: str) -> str:
        if self.folder is None:
            self.left_out += 1
            return ""
        try:
            place = (self.folder / path).resolve()
            if not place.is_relative_to(self.folder):
                return self._remark(line, path, "is outside of the folder of pictures")
            with place.open("rb") as opened:
                file = store_content(FileKind.LEGACY_PICTURE, Upload(opened, place.name))
        except (OSError, ValueError):
            return self._remark(line, path, "is not in the folder of pictures")
        except FileRefused as refused:
            return self._remark(line, path, f"was not taken in: {refused}")
        file.save()
        return _address_of(file)

    def _remark(self, line: int, path: str, what: str) -> str:
        self.remarks.append(RefusedRow(line, f"picture “{path[:80]}” {what}"))
        return ""


def _address_of(file: File) -> str:
    slug = Organization.objects.values_list("slug", flat=True).get(pk=required_organization_id())
    return reverse("file_picture", args=[slug, file.key])
