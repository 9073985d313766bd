"""Orders over TikTok One, which knows campaigns and links but no orders: one request is one campaign at TikTok.

What the marketplace tells of a video is put together from four places: the campaign's list, the events of `TCM_VIDEOS`
(`LinkedVideo`), the answers to link requests, and the report. Published is what an event says so of, or a video that was
public before and whose creator has approved the link; a report row proves nothing.

Calls of `read`: one a 5 campaigns, one a 50 for the link requests, one per country a 100 videos for the numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from tiktok.client import CampaignMarketplace, TtoMarketplace, paging
from tiktok.client.paging import chunks, rows_of_pages
from tiktok.client.tto_report_types import CampaignReport, ReportVideo
from tiktok.client.tto_types import Campaign, LinkRequest, LinkRequestPage, LinkStatus
from tiktok.client.types import CreatedOrder, OrderState, ReportRow, VideoReview
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import LinkedVideo, Video
from tiktok.services.creators.handles import creators_called, find_renamed
from tiktok.services.creators.membership import track_creator
from tiktok.services.gateway import tiktok_call
from tiktok.services.orders.orders import KnownOrder, LostOrders, OrderAsk, OrderFacts, PlacedOrders

_MOST = TtoMarketplace.capabilities
CAMPAIGNS_PER_CALL, CAMPAIGNS_PER_LINK_CALL = _MOST.campaign_page, _MOST.link_batch
LINK_PAGE, REPORT_PAGE, NAME_LENGTH = _MOST.link_page, _MOST.report_page, _MOST.campaign_name_length
NAME_KEPT = 90  # of a long name, beside the reference


@dataclass
class _Known:
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


class TtoOrders:
    """`Orders` of an account in the `tto` dialect."""

    def __init__(self, tiktok: CampaignMarketplace) -> None:
        self._tiktok = tiktok

    def place(self, ask: OrderAsk, handles: Sequence[str]) -> PlacedOrders:
        """A campaign with our reference in its name, or more creators in the campaign of the request."""
        with tiktok_call(creates=True):
            if ask.group:
                campaign = self._tiktok.update_campaign(
                    ask.group, handles=handles, send_notification=ask.notifies
                )
            else:
                campaign = self._tiktok.create_campaign(
                    campaign_name=_with_reference(ask.name, ask.reference),
                    handles=handles,
                    brand_name=ask.brand_name,
                    campaign_description=ask.description,
                    send_notification=True,
                )
        refused = {handle.lower() for handle in campaign.failed_handles}
        return _placed(campaign, [handle for handle in handles if handle.lower() not in refused])

    def find(self, lost: LostOrders) -> PlacedOrders | None:
        """Find orders by the campaign's id, else by the reference in its name, else by name and time if they fit one alone.

        Handles may follow the campaign by a moment, or never stand in TikTok's list.
        """
        found = list(self._campaigns([lost.group])) if lost.group else self._lost_campaigns(lost)
        return _placed(found[0], found[0].handles) if found else None

    def read(self, orders: Mapping[str, KnownOrder]) -> dict[str, OrderFacts]:
        of_campaign: dict[str, list[KnownOrder]] = defaultdict(list)
        for order_id, order in orders.items():
            of_campaign[campaign_of(order_id)].append(order)
        known = {each.campaign_id: _Known(each) for each in self._campaigns(list(of_campaign))}
        for link in self._links(list(known)):
            if link.campaign_id in known:
                known[link.campaign_id].links[link.video_id] = link
        for event in LinkedVideo.objects.filter(tiktok_campaign_id__in=known):
            known[event.tiktok_campaign_id].events[event.tiktok_video_id] = event
        known = {key: each for key, each in known.items() if each.has_news(of_campaign[key])}
        for each in known.values():
            each.rows = {row.video_id: row for row in self._report(each.campaign)}
        return _by_order(orders, known)

    def _campaigns(self, campaign_ids: Sequence[str]) -> Iterator[Campaign]:
        for chunk in chunks(campaign_ids, CAMPAIGNS_PER_CALL):
            with tiktok_call():
                page = self._tiktok.campaigns(campaign_ids=chunk, page_size=CAMPAIGNS_PER_CALL)
            yield from page.campaigns

    def _lost_campaigns(self, lost: LostOrders) -> list[Campaign]:
        """All pages: TikTok does not promise an order in which an early end would be safe."""
        with tiktok_call():
            pages = paging.by_number(
                lambda number: self._tiktok.campaigns(page=number), lambda page: page.campaigns
            )
            campaigns = [campaign for page in pages for campaign in page.campaigns]
        free = [each for each in campaigns if each.campaign_id not in lost.others]
        marked = [each for each in free if _is_marked(each, lost)]
        alike = [each for each in free if _is_alike(each, lost)]
        return marked or (alike if len(alike) == 1 else [])

    def _links(self, campaign_ids: Sequence[str]) -> Iterator[LinkRequest]:
        """Link requests, the latest of a video last."""
        found = list[LinkRequest]()
        for chunk in chunks(campaign_ids, CAMPAIGNS_PER_LINK_CALL):
            fetch = partial(self._link_page, chunk)
            found += rows_of_pages(
                fetch, lambda page: page.requests, size=LINK_PAGE, key=lambda link: link
            )
        return reversed(found)

    def _link_page(self, campaign_ids: Sequence[str], number: int) -> LinkRequestPage:
        with tiktok_call():
            return self._tiktok.link_requests(
                campaign_ids=campaign_ids, page=number, page_size=LINK_PAGE
            )

    def _report(self, campaign: Campaign) -> Iterator[ReportVideo]:
        """Rows of all countries; without a linked video there is nothing to ask."""
        for country in campaign.country_codes if campaign.video_ids else ():
            fetch = partial(self._report_page, campaign.campaign_id, country)
            by_id = attrgetter("video_id")
            yield from rows_of_pages(fetch, lambda page: page.videos, size=REPORT_PAGE, key=by_id)

    def _report_page(self, campaign_id: str, country: str, number: int) -> CampaignReport:
        with tiktok_call():
            return self._tiktok.report(campaign_id, country, page=number)

    # --- link requests ------------------------------------------------------------------------------------------
    def pending_link(self, campaign_id: str, video_id: str) -> LinkRequest | None:
        """The request that awaits the creator's answer."""
        return next(
            (
                link
                for link in self._links([campaign_id])
                if link.video_id == video_id and link.status == LinkStatus.IN_REVIEW
            ),
            None,
        )

    def send_link(self, campaign_id: str, video_id: str) -> LinkRequest:
        """Ask the creator to tie a public video; while a request is pending, remind them."""
        with tiktok_call(creates=True):
            return self._tiktok.send_link_request(campaign_id, video_id)

    def take_back_link(self, campaign_id: str, video_id: str) -> LinkRequest:
        """Withdraw a pending request."""
        with tiktok_call(creates=True):
            return self._tiktok.revoke_link_request(campaign_id, video_id)


def campaign_of(order_id: str) -> str:
    """The campaign's id at TikTok of an order of this dialect."""
    return order_id.partition("/")[0]


def _order_id(campaign_id: str, handle: str) -> str:
    return f"{campaign_id}/{handle.lower()}"


def _with_reference(name: str, reference: str) -> str:
    ending = f" · {reference}"
    return name[: NAME_LENGTH - len(ending)] + ending


def _is_marked(campaign: Campaign, lost: LostOrders) -> bool:
    """Made since it was asked for, where TikTok tells when: a reference is short, so that creators may see it."""
    is_late = lost.since is None or campaign.created_at is None or campaign.created_at >= lost.since
    return bool(lost.reference) and lost.reference in (campaign.campaign_name or "") and is_late


def _is_alike(campaign: Campaign, lost: LostOrders) -> bool:
    """Made under the name of the request while it was asked for."""
    since, until, made = lost.since, lost.until, campaign.created_at
    if not lost.name or since is None or until is None or made is None:
        return False
    is_named = (campaign.campaign_name or "").startswith(lost.name[:NAME_KEPT])
    return is_named and since <= made <= until


def _placed(campaign: Campaign, handles: Iterable[str]) -> PlacedOrders:
    orders = tuple(CreatedOrder(_order_id(campaign.campaign_id, name), name) for name in handles)
    return PlacedOrders(campaign.campaign_id, campaign.invite_link or "", orders)


def _by_order(orders: Mapping[str, KnownOrder], known: dict[str, _Known]) -> dict[str, OrderFacts]:
    """A video belongs to the order of its creator, whatever they were called when the order was made."""
    order_of = {(campaign_of(key), order.creator_id): key for key, order in orders.items()}
    owners = _owners(known.values())
    mine: dict[str, list[str]] = defaultdict(list)
    for campaign_id, each in known.items():
        for video_id in each.videos():
            of_owners = [(campaign_id, owner) for owner in owners[video_id]]
            order_id = next((order_of[key] for key in of_owners if key in order_of), "")
            if not of_owners:
                order_id = _order_id(campaign_id, each.handle_of(video_id))
            mine[order_id].append(video_id)
    return {
        order_id: _facts(
            order_id, known[campaign_id], mine[order_id], mine[_order_id(campaign_id, "")]
        )
        for order_id, campaign_id in zip(orders, map(campaign_of, orders), strict=True)
        if campaign_id in known
    }


def _owners(known: Collection[_Known]) -> dict[str, list[int]]:
    """Creators' keys by video id: of our own row, then by the handle that TikTok names. (An account may have two creators
    here, see `follow_handle`.)"""
    names = {video_id: each.handle_of(video_id) for each in known for video_id in each.videos()}
    rows = Video.objects.filter(tiktok_video_id__in=list(names)).exclude(source=Source.LEGACY)
    by_row = dict(rows.values_list("tiktok_video_id", "creator"))
    by_name = _creators_called(set(names.values()) - {""})
    return {
        video_id: [
            owner for owner in (by_row.get(video_id), by_name.get(name)) if owner is not None
        ]
        for video_id, name in names.items()
    }


def _creators_called(handles: set[str]) -> dict[str, int]:
    """One whom nobody here is called by may be the new one of an account that was lost sight of: it is tracked again."""
    creators = creators_called(handles)
    for handle in sorted(handles - creators.keys()):
        if found := find_renamed(handle, actor=None):
            creators[handle] = track_creator(found.handle, MarketplaceStatus.IN).pk
    return creators


def _facts(
    order_id: str, known: _Known, video_ids: Sequence[str], unclaimed: Sequence[str]
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


def _review(known: _Known, video_id: str, handle: str) -> VideoReview:
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
    )
