"""The campaigns' reactions to signals of `tiktok`, `mail` and `crm`."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from campaigns.models import Order, Participant, Post
from campaigns.services.orders.invitations import follow_mail
from crm.errors import AccountInUse, StillInCampaigns
from crm.models import Influencer, SocialAccount
from crm.signals import deleting, removing
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


@receiver(removing, dispatch_uid="campaigns.removing")
def keep_account(account: SocialAccount, **_: Any) -> None:
    """An account that takes part in a campaign, or has posts there, is not removed."""
    for rows in (Participant.objects, Post.objects):
        if rows.filter(account=account).exists():
            raise AccountInUse(str(account))
