"""A real SMTP server on a port of this machine that can be told how to behave."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from influence.embedded.launcher import free_port

# aiosmtpd marks its classes with a package named `public`, a name that a package of ours bears.
with patch.dict(sys.modules, {"public": SimpleNamespace(public=lambda thing: thing)}):
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP


@dataclass
class Server:
    """A mail server's answers and the mails it was given. An empty answer means the usual one."""

    port: int
    to_recipient: str = ""
    to_data: str = ""
    seconds: float = 0  # before each mail is accepted
    hangs_up_at: str = ""  # "RCPT" or "DATA": the connection breaks there without a word
    kept: list[bytes] = field(default_factory=list)
    data_begun: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.kept]  # type: ignore[misc]

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.hangs_up_at == "RCPT":
            server.transport.abort()
            return ""
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self.data_begun += 1
        await asyncio.sleep(self.seconds)
        if self.hangs_up_at == "DATA":
            server.transport.abort()
            return ""
        if self.to_data:
            return self.to_data
        self.kept.append(envelope.original_content)
        return "250 OK"


@contextmanager
def smtp_server() -> Iterator[Server]:
    """Runs until the end of the block."""
    server = Server(port=free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
