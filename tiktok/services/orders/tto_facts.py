"""Facts about a campaign of TikTok One, put together and told order by order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tiktok.client.tto_report_types import ReportVideo
from tiktok.client.tto_types import Campaign, LinkRequest, LinkStatus
from tiktok.client.types import OrderState, ReportRow, VideoReview
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import LinkedVideo, MarketplaceAccount, Video
from tiktok.services.creators.handles import creators_called, find_renamed
from tiktok.services.creators.membership import Membership, track_creator
from tiktok.services.orders.orders import KnownOrder, OrderFacts


@dataclass
class CampaignFacts:
    """The facts known about one campaign at TikTok."""

    campaign: Campaign
    rows: dict[str, ReportVideo] = field(default_factory=dict)
    links: dict[str, LinkRequest] = field(default_factory=dict)
    events: dict[str, LinkedVideo] = field(default_factory=dict)

    def approved(self) -> list[str]:
        return [video for video, link in self.links.items() if link.status == LinkStatus.APPROVE]

    def tied(self) -> list[str]:
        """Videos that belong to the campaign, by whichever source says so first."""
        return list(dict.fromkeys([*self.campaign.video_ids, *self.events, *self.approved()]))

    def videos(self) -> list[str]:
        """Tied ones, and those whose creator was asked."""
        return list(dict.fromkeys([*self.tied(), *self.links]))

    def handle_of(self, video_id: str) -> str:
        """The creator's, by the report, else as it was when the event came; neither needs to name them."""
        event, row = self.events.get(video_id), self.rows.get(video_id)
        return ((row.handle if row else None) or (event.handle if event else "")).lower()

    def has_news(self, orders: Collection[KnownOrder]) -> bool:
        """One report serves all orders of the campaign: is there anything to learn for one of them?"""
        quiet = {video_id for order in orders for video_id in order.quiet or ()}
        is_asked = any(link.status == LinkStatus.IN_REVIEW for link in self.links.values())
        is_due = any(order.quiet is None for order in orders)
        return is_asked or is_due or not quiet or quiet != set(self.tied())

    def is_published(self, video_id: str) -> bool:
        event = self.events.get(video_id)
        return bool(event and event.published_at) or video_id in self.approved()


def campaign_of(order_id: str) -> str:
    """The campaign's id at TikTok of an order of this dialect."""
    return order_id.partition("/")[0]


def order_id_of(campaign_id: str, handle: str) -> str:
    """The name that we give to an order of this dialect: TikTok has none for it."""
    return f"{campaign_id}/{handle.lower()}"


def facts_by_order(
    orders: Mapping[str, KnownOrder],
    known: dict[str, CampaignFacts],
    account: MarketplaceAccount,
) -> dict[str, OrderFacts]:
    """A video belongs to the order of its creator, whatever they were called when the order was made."""
    order_of = {(campaign_of(key), order.creator_id): key for key, order in orders.items()}
    owners = _owners(known.values(), account)
    mine: dict[str, list[str]] = defaultdict(list)
    for campaign_id, each in known.items():
        for video_id in each.videos():
            of_owners = [(campaign_id, owner) for owner in owners[video_id]]
            order_id = next((order_of[key] for key in of_owners if key in order_of), "")
            if not of_owners:
                order_id = order_id_of(campaign_id, each.handle_of(video_id))
            mine[order_id].append(video_id)
    return {
        order_id: _facts(
            order_id, known[campaign_id], mine[order_id], mine[order_id_of(campaign_id, "")]
        )
        for order_id, campaign_id in zip(orders, map(campaign_of, orders), strict=True)
        if campaign_id in known
    }


def _owners(known: Collection[CampaignFacts], account: MarketplaceAccount) -> dict[str, list[int]]:
    """Creators' keys by video id: of our own row, then by the handle that TikTok names. (An account may have two creators
    here, see `follow_handle`.)"""
    names = {video_id: each.handle_of(video_id) for each in known for video_id in each.videos()}
    rows = Video.objects.filter(tiktok_video_id__in=list(names)).exclude(source=Source.LEGACY)
    by_row = dict(rows.values_list("tiktok_video_id", "creator"))
    by_name = _creators_called(set(names.values()) - {""}, account)
    return {
        video_id: [
            owner for owner in (by_row.get(video_id), by_name.get(name)) if owner is not None
        ]
        for video_id, name in names.items()
    }


def _creators_called(handles: set[str], account: MarketplaceAccount) -> dict[str, int]:
    """One whom nobody here is called by may be the new one of an account that was lost sight of: it is tracked again."""
    creators = creators_called(handles)
    for handle in sorted(handles - creators.keys()):
        if found := find_renamed(handle, through=account, actor=None):
            membership = Membership({account: MarketplaceStatus.IN})
            creators[handle] = track_creator(found.handle, membership).pk
    return creators


def _facts(
    order_id: str, known: CampaignFacts, video_ids: Sequence[str], unclaimed: Sequence[str]
) -> OrderFacts:
    handle, tied = order_id.partition("/")[2], set(known.tied())
    bound = tuple(video_id for video_id in video_ids if video_id in tied)
    return OrderFacts(
        state=OrderState(order_id, handle, "", known.campaign.invite_link or "", bound, None),
        reviews=tuple(_review(known, video_id, handle) for video_id in bound),
        rows=tuple(
            _row(order_id, handle, known.rows[video_id])
            for video_id in bound
            if video_id in known.rows
        ),
        links=tuple(known.links[video_id] for video_id in video_ids if video_id not in tied),
        unclaimed=tuple(unclaimed),
    )


def _review(known: CampaignFacts, video_id: str, handle: str) -> VideoReview:
    """Translate a review into the words of the older dialect's audit."""
    event, row = known.events.get(video_id), known.rows.get(video_id)
    is_published = known.is_published(video_id)
    published_at = (row.created_at if row else None) or (event.published_at if event else None)
    return VideoReview(
        video_id=video_id,
        video_status="RELEASE" if is_published else "UPLOAD",
        bind_status="BIND",
        review_status="SUCCEED" if is_published else "CONTENT_REVIEWING",
        uploaded_at=event.uploaded_at if event else None,
        published_at=published_at if is_published else None,
        embed_url=f"https://www.tiktok.com/@{handle}/video/{video_id}" if is_published else None,
    )


def _row(order_id: str, handle: str, row: ReportVideo) -> ReportRow:
    return ReportRow(
        order_id=order_id,
        video_id=row.video_id,
        handle=handle,
        released_at=row.created_at,
        metrics=row.metrics,
        daily=None,
        organic=row.organic,
        paid=row.paid,
        views_by_source=row.views_by_source,
    )
