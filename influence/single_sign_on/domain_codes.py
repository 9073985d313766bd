"""The code that proves a domain: mailed to a mailbox only the domain's keeper can have."""

from __future__ import annotations

from django.db import transaction

from mail.services.outbox import queue_message
from tenancy.models import Membership, SignOnDomain
from tenancy.services.sign_on_domains import write_domain
from ui.bidi import isolated

TEMPLATE = "tenancy_domain_code"


@transaction.atomic
def send_domain_code(domain: str, mailbox: str, *, by: Membership) -> SignOnDomain:
    """Name a domain of the organization in scope and mail its code. Raises SignOnNotReady, MailProblem."""
    row, code = write_domain(domain, mailbox, actor=by.user)
    organization = by.organization
    queue_message(
        TEMPLATE,
        to=row.address,
        subject=f"{isolated(organization.name)} asks you to confirm {row.domain}",
        values={
            "organization": organization.name,
            "sender": str(by.user),
            "sender_email": by.user.email,
            "domain": row.domain,
            "code": code,
        },
        intent=f"{TEMPLATE}:{row.pk}:{row.sent_at.timestamp()}",
        is_secret=True,
    )
    return row
