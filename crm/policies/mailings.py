"""The addressees of a mailing: the words for each, and the reasons to send none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.enums import SkipReason
from crm.policies.accounts import Label
from mail.errors import AddressBounced, AddressComplained, AddressUnsubscribed, MailProblem

if TYPE_CHECKING:
    from crm.models import Mailing

# One mailing is written and shown whole; more creators are more mailings.
MOST_RECIPIENTS = 10_000
TEST = "mailing-test:"  # begins the intent of a mail to a creator that a member sends to themselves
REFUSALS: dict[type[MailProblem], SkipReason] = {
    AddressBounced: SkipReason.BOUNCED,
    AddressUnsubscribed: SkipReason.UNSUBSCRIBED,
    AddressComplained: SkipReason.COMPLAINED,
}


@dataclass(frozen=True)
class Addressee:
    """A creator as an e-mail speaks to them. `handle` is without its @; it and `address` are empty where unknown."""

    pk: int
    name: str
    display_name: str
    salutation: str
    address: str
    handle: str
    is_archived: bool

    def values(self, *, organization: str, sender: str) -> dict[str, str]:
        """The values of the merge fields."""
        shown = self.display_name or self.name
        return {
            "salutation": self.salutation or f"Hello {shown}",
            "influencer": self.name,
            "display_name": shown,
            "handle": f"@{self.handle}" if self.handle else "",
            "organization": organization,
            "sender": sender,
        }

    def skip_reason(self, fields: set[str]) -> SkipReason | None:
        """The reason why a text with these fields cannot go to them, as far as their own row says."""
        if self.is_archived:
            return SkipReason.ARCHIVED
        if not self.address:
            return SkipReason.NO_ADDRESS
        return SkipReason.NO_HANDLE if "handle" in fields and not self.handle else None


def mailing_label(mailing: Mailing) -> Label:
    """How far a mailing is."""
    if mailing.cancelled_at is not None:
        return Label("Cancelled", "neutral", "Nothing more of it is sent.")
    if mailing.is_under_way:
        return Label("Reminding" if mailing.reminder_job else "Sending", "info", "")
    if mailing.is_stopped:
        return Label("Stopped", "danger", "It ended before its last recipient.")
    if mailing.job is None:
        return Label("Scheduled", "info", "")
    if mailing.awaits_reminder:
        return Label("Reminder planned", "success", "It is sent, and reminds who does not answer.")
    return Label("Sent", "success", "")
