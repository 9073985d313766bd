"""Posts of one campaign on Instagram and YouTube: imported, entered by hand, and found by keyword, to be decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from campaigns.enums import NumbersSource, PlaceState, PostOrigin
from campaigns.models import Campaign, NetworkPost, PostPlace, PostReading
from campaigns.services.campaigns import add_participants
from campaigns.services.networks.detection import detect_soon
from campaigns.services.networks.posts import PostFacts, add_network_post, show_latest
from crm.enums import Network
from crm.models import SocialAccount
from crm.policies.post_addresses import post_address
from tenancy.models import User

CAMPAIGN, CREATORS = "Seeded loaf", ("giulia.pasta", "lena.lifts", "rio.runs", "emma.pottery")


class Shown(NamedTuple):
    """A post that a file brought, so many days ago; `is_listed`: it stands in the campaign."""

    network: Network
    creator: int
    address: str
    caption: str
    days: int
    counts: dict[str, int]
    is_listed: bool = False


INSTAGRAM, YOUTUBE = "https://www.instagram.com/reel/", "https://www.youtube.com/watch?v="
POSTS = (
    Shown(Network.INSTAGRAM, 0, f"{INSTAGRAM}DAx1loafGiu/", "Focaccia from the seeded loaf dough. Twelve hours, no kneading.", 12, {"views": 48_210, "likes": 3_904, "comments": 211, "shares": 402, "saves": 1_120}, True),
    Shown(Network.INSTAGRAM, 1, f"{INSTAGRAM}DAx2loafLen/", "Breakfast after leg day 🥖", 10, {"views": 91_400, "likes": 6_120, "comments": 148}, True),
    Shown(Network.YOUTUBE, 0, f"{YOUTUBE}loafGiulia1", "I baked the same loaf for 7 days", 9, {"views": 21_870, "likes": 1_630, "comments": 94}, True),
    Shown(Network.INSTAGRAM, 3, f"{INSTAGRAM}DAx3loafEmm/", "The bowl, the loaf, the crumb.", 7, {"views": 15_300, "likes": 1_002, "saves": 377}, True),
    Shown(Network.INSTAGRAM, 2, f"{INSTAGRAM}DAx4loafRio/", "Carb loading done right with @OakMill 🍞 #SeededLoaf", 6, {"views": 12_050, "likes": 803, "comments": 39}),
    Shown(Network.INSTAGRAM, 0, f"{INSTAGRAM}DAx5loafGiu/", "Crostini di ieri, pane di oggi. #SEEDEDLOAF", 4, {"views": 33_980, "likes": 2_707, "comments": 120, "saves": 640}),
    Shown(Network.YOUTUBE, 0, f"{YOUTUBE}loafGiulia2", "Market day: flour from @oakmill, and what I made of it", 3, {"views": 8_440, "likes": 512}),
    Shown(Network.INSTAGRAM, 1, f"{INSTAGRAM}DAx6liftLen/", "New belt, new numbers", 5, {"views": 40_100, "likes": 2_900}),
)  # fmt: skip
BY_HAND = (
    "https://www.instagram.com/p/DAx7storyGiu/",
    PostFacts("Behind the counter: shaping the loaf", counts={"likes": 1_204, "comments": 51}),
)


@transaction.atomic
def show_other_networks(owner: User) -> None:
    """Fill the campaign once: whole, or not at all."""
    campaign = Campaign.objects.filter(name=CAMPAIGN).first()
    if campaign is None or NetworkPost.objects.exists():
        return
    accounts = _accounts()
    add_participants(campaign, accounts.values(), actor=owner)
    posts = [
        _import(campaign, post, accounts[key])
        for post in POSTS
        if (key := (post.network, CREATORS[post.creator])) in accounts
    ]
    show_latest(posts)
    if giulia := accounts.get((Network.INSTAGRAM, CREATORS[0])):
        address, facts = BY_HAND
        add_network_post(campaign, address, facts, account=giulia, actor=owner)
    detect_soon(campaign.pk)


def _accounts() -> dict[tuple[str, str], SocialAccount]:
    """The accounts on other networks, by network and the creator's TikTok handle."""
    found: dict[tuple[str, str], SocialAccount] = {}
    for handle in CREATORS:
        mine = SocialAccount.objects.filter(influencer__accounts__handle=handle)
        for account in mine.exclude(network=Network.TIKTOK).distinct():
            found[account.network, handle] = account
    return found


def _import(campaign: Campaign, shown: Shown, account: SocialAccount) -> int:
    """The post as a file of yesterday brought it. Returns its key."""
    read, at = post_address(shown.address), _days_before(campaign, shown.days)
    post = NetworkPost.objects.create(
        account=account,
        network=read.network,
        network_post_id=read.post_id,
        url=read.url,
        caption=shown.caption,
        published_at=at,
    )
    yesterday = timezone.now() - timedelta(days=1)
    PostReading.objects.create(
        post=post, source=NumbersSource.IMPORTED, read_at=yesterday, **shown.counts
    )
    if shown.is_listed:
        PostPlace.objects.create(
            campaign=campaign, post=post, account=account, published_at=at,
            origin=PostOrigin.IMPORTED, state=PlaceState.LISTED,
        )  # fmt: skip
    return post.pk


def _days_before(campaign: Campaign, days: int) -> datetime:
    """The moment so many days before today, or before the last day of a campaign that is over."""
    now = timezone.now().replace(hour=9, minute=30, second=0, microsecond=0)
    over = max(0, (now.date() - campaign.ends_on).days)
    return now - timedelta(days=days + over)
