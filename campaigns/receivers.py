"""The campaigns' reactions to signals of `tiktok`, `mail` and `crm`."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from campaigns.models import Order, Post
from campaigns.services.orders.invitations import follow_mail
from crm.errors import StillInCampaigns
from crm.models import Influencer
from crm.signals import deleting
from mail.models import Message
from mail.signals import message_settled


@receiver(message_settled, dispatch_uid="campaigns.message_settled")
def note_on_order(message: Message, **_: Any) -> None:
    """An invitation was sent, failed or bounced."""
    follow_mail(message)


@receiver(deleting, dispatch_uid="campaigns.deleting")
def keep_orders_and_posts(influencer: Influencer, **_: Any) -> None:
    """A campaign's orders and posts do not go with somebody who is tidied away."""
    for rows in (Order.objects, Post.objects):
        if rows.filter(account__influencer=influencer).exists():
            raise StillInCampaigns(influencer.name)
