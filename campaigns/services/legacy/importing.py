"""Import of an export of the old source into a campaign of past posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from campaigns.enums import CampaignState, PostOrigin
from campaigns.models import Campaign, Participant, Post
from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from jobs.services.slices import chunks
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.models import Creator, Video
from tiktok.services.legacy.export import LegacyPost, RefusedRow, read_export
from tiktok.services.legacy.rows import (
    keep_legacy_creators,
    keep_legacy_videos,
    open_legacy,
)

BATCH_ROWS = 1_000
REFUSED_SHOWN = 1_000
NAME_LENGTH = 120


@dataclass
class ImportResult:
    """The outcome of an import: every row is a post that is new, updated or unchanged, or is refused."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    accounts: int = 0  # new ones
    refused_count: int = 0
    refused: list[RefusedRow] = field(default_factory=list)  # the first REFUSED_SHOWN

    @property
    def posts(self) -> int:
        return self.new + self.updated + self.unchanged

    def __str__(self) -> str:
        return (
            f"{self.posts:,} posts: {self.new:,} new, {self.updated:,} updated, {self.unchanged:,} unchanged. "
            f"{self.accounts:,} new accounts. {self.refused_count:,} rows refused."
        )


@transaction.atomic
def import_legacy_export(
    path: Path,
    *,
    campaign_name: str,
    actor: User | None,
    progress: Callable[[ImportResult], None] = lambda result: None,
) -> ImportResult:
    """Bring an export of the old source into a campaign of past posts. All or nothing.

    Newer numbers of known posts replace older ones. Raises NotALegacyExport for a file that cannot be read and LegacyClosed once the organization has cut over.
    """
    migration = open_legacy()
    result, (campaign, is_new) = ImportResult(), _legacy_campaign(campaign_name)
    before = SocialAccount.objects.filter(account_type=AccountType.TIKTOK).count()
    for rows in chunks(read_export(path, now=timezone.now()), BATCH_ROWS):
        refused = [row for row in rows if isinstance(row, RefusedRow)]
        _keep([row for row in rows if isinstance(row, LegacyPost)], campaign, result)
        result.refused_count += len(refused)
        result.refused += refused[: REFUSED_SHOWN - len(result.refused)]
        progress(result)
    if not result.posts:
        transaction.set_rollback(True)  # no empty campaign stays
        return result
    result.accounts = SocialAccount.objects.filter(account_type=AccountType.TIKTOK).count() - before
    _widen_window(campaign, is_new=is_new)
    record(
        Verb.LEGACY_IMPORTED,
        migration,
        actor=actor,
        new=result.new,
        updated=result.updated,
        unchanged=result.unchanged,
        refused=result.refused_count,
    )
    return result


def _legacy_campaign(name: str) -> tuple[Campaign, bool]:
    """The campaign of this name, and whether it was made for the import."""
    name, today = name[:NAME_LENGTH], timezone.now().date()
    known = Campaign.objects.filter(name=name).order_by("pk").first()
    if known is not None:
        return known, False
    made = Campaign.objects.create(
        name=name,
        client=name[:60],
        starts_on=today,
        ends_on=today,
        state=CampaignState.COMPLETED,
    )
    return made, True


def _keep(posts: Sequence[LegacyPost], campaign: Campaign, result: ImportResult) -> None:
    creators = keep_legacy_creators(posts)
    accounts = _keep_accounts(creators.values())
    videos, changed = keep_legacy_videos(posts, creators)
    ids = {post.tiktok_video_id for post in posts}
    in_campaign = Post.objects.filter(
        campaign=campaign, network=Network.TIKTOK, network_post_id__in=ids
    )
    known = set(in_campaign.values_list("network_post_id", flat=True))
    Participant.objects.bulk_create(
        [Participant(campaign=campaign, account=account) for account in accounts.values()],
        ignore_conflicts=True,
    )
    Post.objects.bulk_create(
        [
            _legacy_post(campaign, accounts[post.handle], post, video)
            for post, video in zip(posts, videos, strict=True)
        ],
        ignore_conflicts=True,
    )
    result.new += len(ids - known)
    result.updated += len(known & changed)
    result.unchanged += len(known - changed)


def _keep_accounts(creators: Iterable[Creator]) -> dict[str, SocialAccount]:
    """The social account of each creator by handle; a new one comes with an influencer named after the handle."""
    by_handle = {creator.handle: creator for creator in creators}
    accounts = SocialAccount.objects.filter(network=Network.TIKTOK, handle__in=by_handle)
    known = {account.handle: account for account in accounts}
    missing = [handle for handle in by_handle if handle not in known]
    people = Influencer.objects.bulk_create([Influencer(name=handle) for handle in missing])
    made = SocialAccount.objects.bulk_create(
        [
            SocialAccount(
                influencer=person,
                network=Network.TIKTOK,
                account_type=AccountType.TIKTOK,
                handle=handle,
                creator=by_handle[handle],
            )
            for handle, person in zip(missing, people, strict=True)
        ]
    )
    return known | {account.handle: account for account in made}


def _legacy_post(
    campaign: Campaign, account: SocialAccount, post: LegacyPost, video: Video
) -> Post:
    return Post(
        campaign=campaign,
        account=account,
        network=Network.TIKTOK,
        network_post_id=post.tiktok_video_id,
        url=post.url,
        video=video,
        origin=PostOrigin.LEGACY,
        published_at=post.posted_at,
        published_since=post.collected_at,
    )


def _widen_window(campaign: Campaign, *, is_new: bool) -> None:
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
