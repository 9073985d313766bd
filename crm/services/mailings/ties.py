"""E-mails that somebody gets outside of mailings, tied to the influencer and not to an address."""

from __future__ import annotations

from crm.models import InfluencerMail
from mail.models import Message


def tie_mail(message: Message, influencer_id: int) -> None:
    """Note whose e-mail this is, once; their timeline shows it, unless it is a test, and it goes with them."""
    tied = InfluencerMail(message=message, influencer_id=influencer_id)
    InfluencerMail.objects.bulk_create([tied], ignore_conflicts=True)
