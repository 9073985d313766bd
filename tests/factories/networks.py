"""Accounts and posts on networks other than TikTok, made for tests inside an organization's scope."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from campaigns.enums import PostOrigin
from campaigns.models import Campaign, NetworkPost, Participant, PostPlace
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from crm.policies.spellings import ACCOUNT_TYPES

PUBLISHED_AT = datetime(2026, 11, 12, 9, tzinfo=UTC)
COUNTED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def a_network_account(
    handle: str, network: str = "instagram", *, campaign: Campaign | None = None, **person: Any
) -> SocialAccount:
    """An account with its influencer; it takes part in the campaign if one is given."""
    influencer = Influencer.objects.create(name=handle.title(), **person)
    account = SocialAccount.objects.create(
        influencer=influencer,
        network=network,
        account_type=ACCOUNT_TYPES[Network(network)],
        handle=handle,
    )
    if campaign:
        Participant.objects.create(campaign=campaign, account=account)
    return account


def a_network_post(account: SocialAccount, post_id: str, **fields: Any) -> NetworkPost:
    values: dict[str, Any] = {
        "caption": f"Post {post_id}",
        "published_at": PUBLISHED_AT,
        "url": f"https://example.com/{account.network}/{post_id}",
    }
    return NetworkPost.objects.create(
        account=account, network=account.network, network_post_id=post_id, **{**values, **fields}
    )


def a_place(campaign: Campaign, post: NetworkPost, **fields: Any) -> PostPlace:
    """The post stands in the campaign, added by hand."""
    values = {"origin": PostOrigin.BY_HAND, "published_at": post.published_at}
    return PostPlace.objects.create(
        campaign=campaign, post=post, account=post.account, **{**values, **fields}
    )
