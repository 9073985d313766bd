"""Rows of the old source become accounts with their people, and posts of campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max, Min
from django.utils import timezone

from campaigns.enums import CampaignState, PostOrigin
from campaigns.models import Campaign, Participant, Post
from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from tiktok.models import Creator, Video
from tiktok.services.legacy.export import LegacyRow, RefusedRow
from tiktok.services.legacy.judging import RowFate, judged, known_to
from tiktok.services.legacy.keeping import keep_accounts, keep_posts

NAME_LENGTH, CLIENT_LENGTH = 120, 60


@dataclass
class Written:
    """The outcome of some rows: how many have each fate, those that were refused, the new accounts and the campaigns (whether
    they were made for it)."""

    fates: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedRow] = field(default_factory=list)
    accounts: int = 0
    campaigns: dict[int, bool] = field(default_factory=dict)


def write_rows(rows: Sequence[LegacyRow], campaign_name: str, confirmed: Iterable[str]) -> Written:
    """Keep these rows, those of posts in the campaign that they name, else in that of `campaign_name`. Inside a transaction."""
    known = known_to(rows)
    for video_id, handle in _listed_under(rows):
        known.owners.setdefault(video_id, set()).add(handle)
    kept, refused = judged(rows, known, set(confirmed))
    written = Written(refused=refused)
    if not kept:
        return written
    creators, fates = keep_accounts(kept)
    accounts = _keep_people(creators, written)
    posts = [row for row in kept if row.tiktok_video_id]
    if posts:
        videos, of_posts = keep_posts(posts, creators, known)
        news = _list_posts(posts, accounts, videos, campaign_name, written)
        news |= {
            row.line for row in posts if row.campaign == "" and of_posts[row.line] == RowFate.NEW
        }
        for line, fate in of_posts.items():
            fates[line] = RowFate.NEW if line in news else _beside(fates[line], fate)
    written.fates.update(fates.values())
    return written


def _beside(of_account: RowFate, of_post: RowFate) -> RowFate:
    """The fate of a row whose post is where it was already: not new, whatever else it brought."""
    is_unchanged = {of_account, of_post} == {RowFate.UNCHANGED}
    return RowFate.UNCHANGED if is_unchanged else RowFate.UPDATED


def _listed_under(rows: Sequence[LegacyRow]) -> Iterable[tuple[str, str]]:
    """The handles of the accounts whose posts these are in campaigns."""
    ids = [row.tiktok_video_id for row in rows if row.tiktok_video_id]
    posts = Post.objects.filter(network=Network.TIKTOK, network_post_id__in=ids)
    return posts.values_list("network_post_id", "account__handle")


def _keep_people(creators: Mapping[str, Creator], written: Written) -> dict[str, SocialAccount]:
    """The social account of each creator by handle; a new one comes with an influencer named after the handle, which stays: what
    the old source called the account goes."""
    accounts = SocialAccount.objects.filter(network=Network.TIKTOK, handle__in=creators)
    known = {account.handle: account for account in accounts}
    missing = [handle for handle in creators if handle not in known]
    people = Influencer.objects.bulk_create([Influencer(name=handle) for handle in missing])
    made = SocialAccount.objects.bulk_create(
        [
            SocialAccount(
                influencer=person,
                network=Network.TIKTOK,
                account_type=AccountType.TIKTOK,
                handle=handle,
                creator=creators[handle],
            )
            for handle, person in zip(missing, people, strict=True)
        ]
    )
    written.accounts = len(made)
    return known | {account.handle: account for account in made}


def _list_posts(
    rows: Sequence[LegacyRow],
    accounts: Mapping[str, SocialAccount],
    videos: Mapping[str, Video],
    campaign_name: str,
    written: Written,
) -> set[int]:
    """Let the posts stand in their campaigns. Returns the lines of those that are new there."""
    named = [(row, campaign_name if row.campaign is None else row.campaign) for row in rows]
    campaigns = _campaigns({name for _, name in named if name}, written)
    listed = Post.objects.filter(
        campaign__in=campaigns.values(),
        network=Network.TIKTOK,
        network_post_id__in=[row.tiktok_video_id for row in rows],
    )
    known = set(listed.values_list("campaign_id", "network_post_id"))
    places, news = dict[tuple[int, str], Post](), set[int]()
    for row, name in named:
        if name:
            campaign, video = campaigns[name], videos[row.tiktok_video_id]
            key = (campaign.pk, row.tiktok_video_id)
            if key not in known and key not in places:
                places[key] = _legacy_post(campaign, accounts[row.handle], row, video)
                news.add(row.line)
    Participant.objects.bulk_create(
        [
            Participant(campaign_id=campaign_id, account_id=account_id)
            for campaign_id, account_id in {
                (campaigns[name].pk, accounts[row.handle].pk) for row, name in named if name
            }
        ],
        ignore_conflicts=True,
    )
    Post.objects.bulk_create(places.values(), ignore_conflicts=True)
    return news


def _campaigns(names: set[str], written: Written) -> dict[str, Campaign]:
    """The campaigns of these names; one that is not there is made."""
    found: dict[str, Campaign] = {}
    today = timezone.now().date()
    for name in sorted(names):
        known = Campaign.objects.filter(name=name[:NAME_LENGTH]).order_by("pk").first()
        found[name] = known or Campaign.objects.create(
            name=name[:NAME_LENGTH],
            client=name[:CLIENT_LENGTH],
            starts_on=today,
            ends_on=today,
            state=CampaignState.COMPLETED,
        )
        written.campaigns[found[name].pk] = known is None
    return found


def _legacy_post(campaign: Campaign, account: SocialAccount, row: LegacyRow, video: Video) -> Post:
    return Post(
        campaign=campaign,
        account=account,
        network=Network.TIKTOK,
        network_post_id=row.tiktok_video_id,
        url=video.url,
        video=video,
        origin=PostOrigin.LEGACY,
        published_at=row.posted_at,
        published_since=row.seen_at,
    )


def widen_window(campaign: Campaign, *, is_new: bool) -> None:
    """A campaign made for the import has the window of its posts; any other only grows to hold them."""
    dates = Post.objects.filter(campaign=campaign).aggregate(
        first=Min("published_at"), last=Max("published_at")
    )
    if dates["first"] is None:
        return
    first, last = dates["first"].date(), dates["last"].date()
    campaign.starts_on = first if is_new else min(campaign.starts_on, first)
    campaign.ends_on = last if is_new else max(campaign.ends_on, last)
    campaign.save(update_fields=["starts_on", "ends_on"])
