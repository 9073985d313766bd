"""The agency's campaigns: one that is over, two under way with orders in every state, one in draft."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.policies.orders import BEFORE_VIDEOS
from campaigns.policies.posts import Progress
from campaigns.queries import all_posts
from campaigns.services.campaigns import add_participants, create_campaign, update_campaign
from campaigns.services.orders import transitions
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_orders
from campaigns.services.posts import add_post_by_hand
from crm.models import SocialAccount
from influence.demo.creator import SandboxCreators
from influence.demo.earlier import days_ago
from jobs.services.queue import note_finished
from tenancy.models import User
from tiktok.enums import PollKind

DAY = 86_400
UNDISTURBED = timedelta(minutes=10)
WAIT_SECONDS = 60
LAST_MADE = "Winter swim"
LOAF = {  # handle: days since it was published, caption
    "giulia.pasta": (96, "Focaccia del sabato con il pane ai semi #ad #oakmill"),
    "amelie.cuisine": (61, "Tartine du dimanche, dix minutes #ad #oakmill"),
    "kenji.noodles": (40, "焼きそばパン、種入りパンで #PR #oakmill"),
    "lena.lifts": (12, "Leg day breakfast: seeded loaf, eggs #ad #oakmill"),
}
NIGHT = (
    "anna.sokolova", "zara.dances", "kwame.kicks", "noor.haddad", "mateo.rios", "lucja.szyje", "somchai.street",
    "priya.paints", "ayse.yildiz",
)  # fmt: skip
ALPINE = {
    "haneul.daily": (318, "영하 10도, 레이어드 룩 #광고 #nordkyst"),
    "noor.haddad": (305, "ثلاث طبقات تكفي #إعلان #nordkyst"),
    "ayse.yildiz": (290, "Üç kat, sıfır soğuk #reklam #nordkyst"),
    "lucja.szyje": (262, "Jak naprawić zamek w kurtce #reklama #nordkyst"),
    "priya.paints": (231, "बर्फ में रंग #ad #nordkyst"),
    "rio.runs": (204, "Eleven degrees below, ten kilometres up #ad #nordkyst"),
}


@dataclass(frozen=True)
class Agency:
    """The agency's campaigns, run by its owner here and by creators and TikTok's reviewers there. Call in its scope."""

    owner: User
    creators: SandboxCreators

    def run_campaigns(self) -> None:
        """All campaigns that are not there yet."""
        for name, run in (
            ("Alpine layers", self._alpine_layers),
            ("Seeded loaf", self._seeded_loaf),
            ("Night shift", self._night_shift),
        ):
            if not Campaign.objects.filter(name=name).exists():
                run(name)

    def draft(self) -> None:
        self._campaign(LAST_MADE, "Nordkyst", starts=-20, ends=-80)

    def _alpine_layers(self, name: str) -> None:
        campaign = self._campaign(name, "Nordkyst", starts=335, ends=150)
        orders = self._order(campaign, [*ALPINE], "One video in the new shell, outdoors", days=330)
        for handle, (days, caption) in ALPINE.items():
            self._fulfil(orders[handle], days, caption)
        sync_orders(campaign.orders.all())
        campaign.refresh_from_db()  # its first order has made it active
        with days_ago(149):
            update_campaign(
                campaign,
                client=campaign.client,
                name=campaign.name,
                starts_on=campaign.starts_on,
                ends_on=campaign.ends_on,
                state=CampaignState.COMPLETED,
                actor=self.owner,
            )

    def _seeded_loaf(self, name: str) -> None:
        """Orders in every state that TikTok knows today, and two posts that nobody ordered."""
        campaign = self._campaign(name, "Oakmill", starts=110, ends=-45)
        others = ["rio.runs", "sofia.eats", "eleni.trogei", "dat.cooks", "kwame.kicks"]
        orders = self._order(
            campaign, [*LOAF, *others], "One short video with the seeded loaf", days=104
        )
        for handle, (days, caption) in LOAF.items():
            self._fulfil(orders[handle], days, caption)
        self._tie_earlier_video(orders["rio.runs"])
        self._publish(orders["sofia.eats"], 1, "Pan con tomate, pan con semillas #ad #oakmill")
        late = self._publish(orders["eleni.trogei"], 3, "Ψωμί με σπόρους και λάδι #ad #oakmill")
        self.creators.reject(late, "The video lacks the label of a paid partnership.")
        pair = self._order(
            campaign, ["zara.dances"], "Two videos: the loaf, and you dancing", days=30, videos=2
        )
        self._publish(pair["zara.dances"], 9, "Toast break choreography #ad #oakmill")
        self._order_that_fails(campaign, "hugo.climbs")
        sync_orders(campaign.orders.exclude(tiktok_order_id=""))
        for handle in ("ana.arte", "noor.haddad", "otto.kocht"):
            self._take_part(campaign, handle)

    def _night_shift(self, name: str) -> None:
        campaign = self._campaign(name, "Lumen", starts=24, ends=-40)
        wish = "One video at night with the headphones"
        orders = self._order(campaign, NIGHT, wish, days=21, spark_days=30)
        self._fulfil(orders["anna.sokolova"], 5, "Последний поезд и Бах #реклама #lumen")
        removed = self._fulfil(orders["priya.paints"], 6, "रात की ट्रेन #ad #lumen")
        sync_orders(campaign.orders.all())
        self.creators.delete(removed)
        sync_orders([orders["priya.paints"]])
        self._open(orders["lucja.szyje"], 19)
        self._order_that_nobody_knows_of(campaign, "bruna.ri", wish)

    def _campaign(self, name: str, client: str, *, starts: int, ends: int) -> Campaign:
        """`starts`, `ends`: days before today."""
        today = timezone.now().date()
        with days_ago(max(1, starts + 4)):
            return create_campaign(
                client=client,
                name=name,
                starts_on=today - timedelta(days=starts),
                ends_on=today - timedelta(days=ends),
                actor=self.owner,
            )

    def _order(
        self,
        campaign: Campaign,
        handles: Sequence[str],
        description: str,
        *,
        days: int,
        videos: int = 1,
        spark_days: int = 0,
    ) -> dict[str, Order]:
        """Order videos of these creators so many days ago. Returns their orders by handle."""
        accounts = SocialAccount.objects.filter(handle__in=handles)
        with days_ago(days):
            request = request_orders(
                campaign,
                list(accounts),
                brand_name=campaign.client,
                description=description,
                video_count=videos,
                spark_days=spark_days,
                actor=self.owner,
            )
            send_until_done(request)
        orders = list(request.orders.select_related("account"))
        note_finished(PollKind.ORDER, *(order.pk for order in orders), due_in=UNDISTURBED)
        return {order.account.handle: order for order in orders}

    def _publish(self, order: Order, days: int, caption: str) -> str:
        """The creator publishes through the link. Returns TikTok's video id."""
        handle, link = order.account.handle, order.invite_link
        video_id = self.creators.publish(handle, link, ago_seconds=days * DAY, caption=caption)
        self._note(order, days, video_id, Progress(1, 0, order.video_limit))
        return video_id

    def _open(self, order: Order, days: float) -> None:
        """The creator opens the page of the order, and does nothing more."""
        with days_ago(days), transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            locked.page_opened_at = timezone.now() - timedelta(days=days)
            transitions.mark_opened(locked)

    def _fulfil(self, order: Order, days: int, caption: str) -> str:
        video_id = self._publish(order, days, caption)
        self.creators.approve(video_id)
        self._note(order, days - 0.4, video_id, Progress(1, 1, order.video_limit))
        return video_id

    def _tie_earlier_video(self, order: Order) -> None:
        """The creator adds the code to a video that was out before."""
        video_id = str(self.creators.videos(order.account.handle)[0]["video_id"])
        self.creators.tie(order.account.handle, video_id, order.campaign_code)
        self.creators.approve(video_id)

    def _note(self, order: Order, days: float, video_id: str, progress: Progress) -> None:
        """Make the order's moves on the day on which TikTok would have told of them."""
        with days_ago(days), transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            if locked.state in BEFORE_VIDEOS:  # a worker may have been faster
                evidence = f"TikTok lists the first video for this order: {video_id}."
                transitions.mark_accepted(locked, evidence=evidence)
            transitions.follow_videos(locked, progress)
            locked.video_count = progress.uploaded
            locked.save(update_fields=["video_count"])

    def _order_that_fails(self, campaign: Campaign, handle: str) -> None:
        """TikTok does not find the creator at that moment."""
        self.creators.set_membership(handle, "INVALID")
        try:
            self._order(campaign, [handle], "One short video with the seeded loaf", days=14)
        finally:
            self.creators.set_membership(handle, "IN")

    def _order_that_nobody_knows_of(self, campaign: Campaign, handle: str, wish: str) -> None:
        """TikTok's answer is lost, and with it the code that the order could be found by."""
        self.creators.lose_next_answer("/tcm/order/create/")
        self._order(campaign, [handle], wish, days=2)

    def _take_part(self, campaign: Campaign, handle: str) -> None:
        """An account without an order, and its latest video of the campaign's days, added by hand where that may be."""
        account = SocialAccount.objects.select_related("creator").get(handle=handle)
        add_participants(campaign, [account], actor=self.owner)
        latest = all_posts(campaign).filter(creator=account.creator).first()
        if latest is not None:
            add_post_by_hand(campaign, latest, actor=self.owner)


def send_until_done(request: OrderRequest) -> OrderRequest:
    """Send the request, or wait for a worker that is at it already; of one whose answer is lost nothing more comes."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends_at:
        if send_order_request(request).state in {"done", "failed", "uncertain"}:
            return request
        time.sleep(0.5)
    raise RuntimeError("TikTok's sandbox has not answered an order.")
