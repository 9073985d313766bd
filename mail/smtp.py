"""SMTP that remembers whether the text of a mail had begun to leave us."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _HandedOver:
    """An SMTP connection that notes the moment from which an error no longer means that nothing was sent."""

    handed_over = False

    def data(self, msg: Any) -> Any:
        self.handed_over = True
        return super().data(msg)  # type: ignore[misc]  # smtplib's class comes after this one


class _Plain(_HandedOver, smtplib.SMTP):
    pass


class _OverTls(_HandedOver, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _OverTls if self.use_ssl else _Plain

    def forget_hand_over(self) -> None:
        """The next mail begins."""
        if self.connection is not None:
            self.connection.handed_over = False  # type: ignore[attr-defined]  # it is one of the two above

    @property
    def handed_over(self) -> bool:
        return getattr(self.connection, "handed_over", False)
