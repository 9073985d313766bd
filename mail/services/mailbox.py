"""The mails that a run on one's own machine would have sent: files that Django's file backend wrote."""

from __future__ import annotations

import email
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from mail.services.logos import SOURCE

BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class KeptMail:
    """One mail in the mailbox, newest is number 0 of its file's order."""

    key: str
    kept_at: datetime
    mail: EmailMessage

    @property
    def sender(self) -> str:
        return str(self.mail["From"])

    @property
    def recipient(self) -> str:
        return str(self.mail["To"])

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def html(self) -> str:
        """The mail as its reader would see it, its logo included."""
        part = self.mail.get_body(("html", "plain"))
        html = part.get_content() if part else ""
        for picture in self.mail.walk():
            if picture.get_content_maintype() == "image":
                content = b64encode(picture.get_content()).decode()
                html = html.replace(SOURCE, f"data:{picture.get_content_type()};base64,{content}")
        return html


def is_open() -> bool:
    """Answer whether this is one's own machine, where mails are written to files."""
    return settings.LOCAL and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def kept_mails() -> list[KeptMail]:
    """The mails in the mailbox, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [mail for file in files for mail in reversed(_read(file))]


def _read(file: Path) -> list[KeptMail]:
    kept_at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
    texts = [text for text in file.read_bytes().split(BETWEEN_MAILS) if text.strip()]
    return [
        KeptMail(f"{file.stem}-{n}", kept_at, email.message_from_bytes(text, policy=policy.default))
        for n, text in enumerate(texts)
    ]
