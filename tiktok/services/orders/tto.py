"""Orders over TikTok One, which knows campaigns and links but no orders: one request is one campaign at TikTok.

What the marketplace tells of a video is put together from four places: the campaign's list, the events of `TCM_VIDEOS`
(`LinkedVideo`), the answers to link requests, and the report. Published is what an event says so of, or a video that was
public before and whose creator has approved the link; a report row proves nothing.

Calls of `read`: one a 5 campaigns, one a 50 for the link requests, one per country a 100 videos for the numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter

from tiktok.client import CampaignMarketplace, TtoMarketplace, paging
from tiktok.client.paging import chunks, rows_of_pages
from tiktok.client.tto_report_types import CampaignReport, ReportVideo
from tiktok.client.tto_types import Campaign, LinkRequest, LinkRequestPage, LinkStatus
from tiktok.client.types import CreatedOrder
from tiktok.models import LinkedVideo, MarketplaceAccount
from tiktok.services.gateway import tiktok_call
from tiktok.services.orders.orders import KnownOrder, LostOrders, OrderAsk, OrderFacts, PlacedOrders
from tiktok.services.orders.tto_facts import CampaignFacts, campaign_of, facts_by_order, order_id_of

_MOST = TtoMarketplace.capabilities
CAMPAIGNS_PER_CALL, CAMPAIGNS_PER_LINK_CALL = _MOST.campaign_page, _MOST.link_batch
LINK_PAGE, REPORT_PAGE, NAME_LENGTH = _MOST.link_page, _MOST.report_page, _MOST.campaign_name_length
NAME_KEPT = 90  # of a long name, beside the reference


class TtoOrders:
    """`Orders` of an account in the `tto` dialect."""

    def __init__(self, tiktok: CampaignMarketplace, account: MarketplaceAccount) -> None:
        self._tiktok, self._account = tiktok, account

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
                    spark_days=ask.spark_days or None,
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
        known = {
            each.campaign_id: CampaignFacts(each) for each in self._campaigns(list(of_campaign))
        }
        for link in self._links(list(known)):
            if link.campaign_id in known:
                known[link.campaign_id].links[link.video_id] = link
        for event in LinkedVideo.objects.filter(tiktok_campaign_id__in=known):
            known[event.tiktok_campaign_id].events[event.tiktok_video_id] = event
        known = {key: each for key, each in known.items() if each.has_news(of_campaign[key])}
        for each in known.values():
            each.rows = {row.video_id: row for row in self._report(each.campaign)}
        return facts_by_order(orders, known, self._account)

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
    orders = tuple(CreatedOrder(order_id_of(campaign.campaign_id, name), name) for name in handles)
    return PlacedOrders(campaign.campaign_id, campaign.invite_link or "", orders)
