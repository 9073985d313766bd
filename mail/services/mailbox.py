"""The mails that a run on one's own machine would have sent: files that Django's file backend wrote."""

from __future__ import annotations

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

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
        part = self.mail.get_body(("html", "plain"))
        return part.get_content() if part else ""


def is_open() -> bool:
    """Only on one's own machine: with DEBUG, and while mails are written to files."""
    return settings.DEBUG and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def kept_mails() -> list[KeptMail]:
    """What is in the mailbox, newest first."""
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
