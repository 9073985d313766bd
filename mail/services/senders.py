"""The sender of an organization's e-mail."""

from __future__ import annotations

from django.db import transaction

from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.services.events import record


@transaction.atomic
def change_sender(
    organization: Organization, *, name: str, reply_to: str, actor: User | None
) -> None:
    """Sender name and address for answers of the e-mail that is queued from now on; empty means the usual."""
    organization.mail_sender_name, organization.mail_reply_to = name, reply_to
    organization.save(update_fields=["mail_sender_name", "mail_reply_to"])
    record(Verb.MAIL_SENDER_CHANGED, organization, actor=actor)
