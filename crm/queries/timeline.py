"""The timeline of one influencer."""

from __future__ import annotations

from crm.models import Influencer, SocialAccount
from crm.queries.merging import merged_ids
from tenancy.models import Event
from tenancy.queries import events_about
from tiktok.models import Creator

SHOWN_EVENTS = 30


def influencer_timeline(influencer: Influencer) -> list[Event]:
    """The latest events about the influencer, those merged into them, their accounts and what TikTok knows of these, newest
    first."""
    accounts = [(account.pk, account.creator_id) for account in influencer.accounts.all()]
    events = events_about(
        (Influencer, [influencer.pk, *merged_ids(influencer)]),
        (SocialAccount, [account for account, _ in accounts]),
        (Creator, [creator for _, creator in accounts if creator]),
    )
    return list(events[:SHOWN_EVENTS])
