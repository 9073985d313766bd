"""The main job from beginning to end, told in eight steps. Every step works on the real services and checks itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from django.utils import timezone

from campaigns.models import Campaign, Post
from campaigns.queries import all_posts, published_posts
from campaigns.services.campaigns import add_participants, create_campaign
from campaigns.services.legacy import cut_over, import_legacy_export, plan_migration
from campaigns.services.orders.requests import request_orders, send_order_request
from campaigns.services.orders.syncing import sync_orders
from campaigns.services.posts import add_post_by_hand
from crm.models import SocialAccount
from crm.services.accounts import AddOutcome, add_tiktok_account
from crm.services.connections import ask_handle_to_connect
from influence.demo.browser import Browser
from influence.demo.creator import SandboxCreators
from influence.demo.world import INFLUENCER, World
from jobs.enums import Lane
from jobs.services.pool import pump_once
from jobs.services.queue import is_waiting
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key
from tiktok.enums import AccountKind, MarketplaceStatus, PollKind, PostTie
from tiktok.models import Creator, MarketplaceAccount, Video
from tiktok.purge import run_purge, start_purge
from tiktok.queries import account_metrics, kind_of, post_metrics
from tiktok.services.brands.accounts import check_marketplace_account
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.legacy.export import NotALegacyExport
from tiktok.services.legacy.rows import creators_of_unknown_membership, legacy_rows

WORKER_SECONDS = 60
TWO_DAYS = 2 * 86_400
"""Reach and audience arrive a UTC day after the post."""


HANDLES = ("maya.bakes", "rio.runs", "lena.lifts", "tom_trails", "nosuch")
AUDIENCE = {"audience_countries", "audience_genders", "audience_ages"}
SAID = {
    AddOutcome.ADDED: "added, not authenticated, tracked at once",
    AddOutcome.PRESENT: "here already",
    AddOutcome.NOT_IN_MARKETPLACE: "refused: invite it to the marketplace, or ask the influencer to connect",
    AddOutcome.NO_SUCH_ACCOUNT: "TikTok knows no such account",
}


class StoryBroken(RuntimeError):
    """A step did not end as the product promises."""


@dataclass
class Figures:
    """The figures of the story; the flat object that `--json` writes."""

    imported_posts: int = 0
    imported_accounts: int = 0
    rejected_rows: int = 0
    membership_in: int = 0
    membership_not_in: int = 0
    membership_invalid: int = 0
    posts_hidden: int = 0
    legacy_rows_before: int = 0
    legacy_rows_left: int = 0
    orders_created: int = 0
    published_posts: int = 0
    metrics_by_order: int = 0
    metrics_by_hand: int = 0
    posts_by_event: int = 0
    account_type: str = ""
    api_calls: int = 0
    seconds: float = 0.0


def check(is_true: bool, promise: str) -> None:
    if not is_true:
        raise StoryBroken(promise)


@dataclass
class Story:
    """The eight steps over two invented organizations (call inside its scope)."""

    world: World
    creators: SandboxCreators
    site: str
    mails: Path
    say: Callable[[str], None]
    figures: Figures = field(default_factory=Figures)

    def tell(self, export: Path) -> Figures:
        started = time.monotonic()
        with self.step(1, "Import the old source's export"):
            self.import_export(export)
        with self.step(2, "Look up every handle in TikTok's marketplace, 20 a call"):
            self.read_memberships()
        with self.step(3, "Plan, cut over, purge, prove"):
            self.leave_the_old_source()
        with self.step(4, "Staff add TikTok accounts"):
            self.add_accounts()
        with self.step(5, "An influencer signs in and connects TikTok"):
            self.connect_influencer()
        with self.step(6, "Orders: by link, by code, and a post by hand"):
            self.run_campaign()
        with self.step(
            7, "Another organization, on TikTok One: TikTok tells of the video by itself"
        ):
            self.run_tiktok_one()
        with self.step(8, "The same numbers over the REST API"):
            self.read_api()
        self.figures.api_calls = self.creators.calls()
        self.figures.seconds = round(time.monotonic() - started, 1)
        return self.figures

    @contextmanager
    def step(self, number: int, title: str) -> Iterator[None]:
        self.say(f"\n{number}. {title}")
        started = time.monotonic()
        yield
        self.say(f"   done in {time.monotonic() - started:.1f} s")

    def import_export(self, export: Path) -> None:
        result = import_legacy_export(
            export, campaign_name="Posts before the release", actor=self.world.owner
        )
        self.figures.imported_posts, self.figures.imported_accounts = result.posts, result.accounts
        self.figures.rejected_rows = result.refused_count
        self.say(f"   {result}")
        for row in result.refused[:5]:
            self.say(f"     line {row.line}: {row.reason}")
        if not result.posts:
            raise NotALegacyExport("No row of the file is a post of the old source.")

    def read_memberships(self) -> None:
        waiting = list(creators_of_unknown_membership())
        refresh_membership(waiting)
        by_status = [creator.marketplace_status for creator in waiting]
        self.figures.membership_in = by_status.count(MarketplaceStatus.IN)
        self.figures.membership_not_in = by_status.count(MarketplaceStatus.NOT_IN)
        self.figures.membership_invalid = by_status.count(MarketplaceStatus.INVALID)
        check(len(waiting) == self.figures.membership_in + self.figures.membership_not_in
              + self.figures.membership_invalid, "TikTok answered for every handle")  # fmt: skip
        self.say(
            f"   {len(waiting):,} handles: {self.figures.membership_in:,} in the marketplace, "
            f"{self.figures.membership_not_in:,} not, {self.figures.membership_invalid:,} unknown to TikTok"
        )

    def leave_the_old_source(self) -> None:
        plan = plan_migration()
        self.say(
            f"   Plan: {plan.stays_not_authenticated + plan.stays_authenticated:,} accounts stay, "
            f"{plan.becomes_unsupported:,} become unsupported, {plan.posts_to_hide:,} posts will be hidden"
        )
        for table, rows in plan.rows_to_delete.items():
            if rows:
                self.say(f"     {rows:>7,} rows to clear in {table}")
        self.figures.legacy_rows_before = sum(plan.rows_to_delete.values())
        self.figures.posts_hidden = cut_over(actor=self.world.owner)
        receipt = run_purge(start_purge(actor=self.world.owner))
        self.figures.legacy_rows_left = sum(legacy_rows().values())
        check(self.figures.legacy_rows_left == 0, "the re-scan finds no legacy row")
        self.say(
            f"   {self.figures.posts_hidden:,} posts hidden; receipt {receipt.digest[:16]}…: re-scan found 0 legacy rows"
        )
        while is_waiting(*PollKind.values):  # the worker helps
            if not pump_once(Lane.POLLS):
                time.sleep(0.2)
        supported = Creator.objects.filter(marketplace_status=MarketplaceStatus.IN)
        tracked = supported.filter(
            profile_source="ttcm_public", follower_count__isnull=False
        ).count()
        check(tracked == supported.count(), "every supported account has TikTok's own data")
        self.say(
            f"   {tracked:,} supported accounts show TikTok's own numbers, {plan.becomes_unsupported:,} their error"
        )

    def add_accounts(self) -> None:
        answers = {handle: add_tiktok_account(handle, actor=self.world.owner) for handle in HANDLES}
        for handle, answer in answers.items():
            self.say(f"   @{handle}: {SAID[answer.outcome]}")
        check(
            [answer.outcome for answer in answers.values()]
            == [AddOutcome.ADDED] * 3 + [AddOutcome.NOT_IN_MARKETPLACE, AddOutcome.NO_SUCH_ACCOUNT],
            "a marketplace handle is added, another refused, an invalid one unknown",
        )
        tracked = Creator.objects.get(handle=HANDLES[0])
        check(tracked.follower_count is not None, "an added account is tracked at once")

    def connect_influencer(self) -> None:
        handle = "tom_trails"
        ask_handle_to_connect(handle, email=INFLUENCER, actor=self.world.owner)
        browser = Browser(self.site)
        browser.sign_in_by_code(INFLUENCER, self.mails)
        self.say(f"   signed in with the code that was mailed to {INFLUENCER}")
        browser.open(f"/me/organizations/{self.world.organization.slug}/connect/")
        browser.submit()
        check("/v2/auth/authorize" in browser.page.url, "TikTok's consent page opened")
        browser.submit(handle=handle, decision="allow")
        creator = Creator.objects.get(handle=handle)
        kind = kind_of(creator)
        shown = {m.key for m in account_metrics(creator, kind) if m.value is not None}
        check(kind == AccountKind.AUTHENTICATED_NON_TTCM, "the account is authenticated")
        check(shown >= AUDIENCE, "audience data is there")
        self.say(
            f"   @{handle} is now: {kind.label}; {len(shown)} account metrics, audience included"
        )

    def run_campaign(self) -> None:
        owner, today = self.world.owner, timezone.now().date()
        campaign = create_campaign(
            client="Oakmill",
            name="Spring loaf",
            starts_on=today - timedelta(days=365),
            ends_on=today + timedelta(days=60),
            actor=owner,
        )
        by_link, by_code, by_hand = (
            self.account(h) for h in ("maya.bakes", "rio.runs", "lena.lifts")
        )
        add_participants(campaign, [by_link, by_code, by_hand], actor=owner)
        request = request_orders(
            campaign,
            [by_link, by_code],
            brand_name="Oakmill",
            description="One short video with the seeded loaf",
            video_count=1,
            actor=owner,
        )
        send_order_request(request)
        orders = {order.account_id: order for order in campaign.orders.select_related("account")}
        check(
            all(order.invite_link and order.campaign_code for order in orders.values()),
            "link and code exist",
        )
        self.figures.orders_created = len(orders)
        link, code = orders[by_link.pk].invite_link, orders[by_code.pk].campaign_code
        self.say(f"   {len(orders)} orders; invite link {link}, campaign code {code}")

        videos = [
            self.creators.publish(by_link.handle, link),
            self.creators.videos(by_code.handle)[0]["video_id"],
        ]
        self.creators.tie(by_code.handle, videos[1], code)
        sync_orders(campaign.orders.all())
        check(not published_posts(campaign).exists(), "nothing stands before TikTok's review")
        for video in videos:
            self.creators.approve(video)
        self.creators.advance(TWO_DAYS)
        sync_orders(campaign.orders.all())
        self.count_order_metrics(campaign)
        self.add_by_hand(campaign, by_hand)
        self.figures.published_posts = published_posts(campaign).count()
        check(self.figures.published_posts == 3, "three posts stand under Published Posts")

    def count_order_metrics(self, campaign: Campaign) -> None:
        posts = list(published_posts(campaign))
        check(len(posts) == 2, "both approved posts stand under Published Posts")
        counts = [_metrics_there(post.video, PostTie.ORDER) for post in posts]
        self.figures.metrics_by_order = min(counts)
        check(counts == [16, 16], "a post tied to an order has all 16 metrics")
        self.say(
            f"   review passed: {len(posts)} posts stand with all {self.figures.metrics_by_order} metrics"
        )

    def add_by_hand(self, campaign: Campaign, account: SocialAccount) -> None:
        creator = Creator.objects.get(handle=account.handle)
        refresh_videos(creator)
        video = all_posts(campaign).filter(creator=creator)[0]
        post = add_post_by_hand(campaign, video, actor=self.world.owner)
        self.figures.metrics_by_hand = _metrics_there(post.video, PostTie.NOT_AUTHENTICATED)
        check(
            self.figures.metrics_by_hand == 4,
            "a post added by hand shows only what the matrix allows",
        )
        self.say(
            f"   a third post, added by hand from All Posts, shows {self.figures.metrics_by_hand}: an order would bring the rest"
        )

    def run_tiktok_one(self) -> None:
        with organization_scope(self.world.on_tiktok_one):
            check_marketplace_account(MarketplaceAccount.objects.get())
            add_tiktok_account("zoe.zen", actor=self.world.owner)
            today = timezone.now().date()
            campaign = create_campaign(
                client="Harbour Goods",
                name="Deck shoes",
                starts_on=today,
                ends_on=today + timedelta(days=30),
                actor=self.world.owner,
            )
            request = request_orders(
                campaign,
                [self.account("zoe.zen")],
                brand_name="Harbour Goods",
                description="One short video with the deck shoes",
                video_count=1,
                actor=self.world.owner,
            )
            link = send_order_request(request).invite_link
            self.say(f"   1 order; invite link {link}, no campaign code: TikTok One has none")
            self.creators.approve_linked(self.creators.publish("zoe.zen", link))
            for _ in range(
                WORKER_SECONDS * 5
            ):  # TikTok's news, signed and carried; the worker reads it
                if published_posts(campaign).exists():
                    break
                time.sleep(0.2)
            self.figures.posts_by_event = published_posts(campaign).count()
            check(self.figures.posts_by_event == 1, "TikTok's own news lets the post stand")
            self.say(
                "   signed events came in: uploaded, published; the post stands, nobody refreshed anything"
            )

    def read_api(self) -> None:
        _, key = create_api_key(
            self.world.organization, "Demo", scopes=["read"], actor=self.world.owner
        )
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {key}"
        accounts = self.get(session, "social-accounts/?account_type=tiktok_creator")
        types = {account["account_type"] for account in accounts}
        check(types == {"tiktok_creator"}, "every TikTok account is a tiktok_creator")
        self.figures.account_type = types.pop()
        same = 0
        for document in self.get(session, "posts/"):
            post = Post.objects.select_related("video", "account").get(pk=document["id"])
            tie = PostTie.ORDER if post.order_id else PostTie.NOT_AUTHENTICATED
            here = {metric.key: metric.value for metric in post_metrics(post.video, tie)}
            there = {metric["key"]: metric["value"] for metric in document["metrics"]}
            check(here == there, "the API says what the page says")
            same += sum(value is not None for value in there.values())
        self.say(
            f"   account_type {self.figures.account_type!r}; {same} numbers over the API equal those on the pages"
        )

    def get(self, session: requests.Session, path: str) -> list[dict[str, Any]]:
        answer = session.get(f"{self.site}/api/v1/{path}", timeout=30)
        check(answer.status_code == 200, f"GET /api/v1/{path} answers 200")
        return list(answer.json()["results"])

    def account(self, handle: str) -> SocialAccount:
        return SocialAccount.objects.select_related("creator", "influencer").get(handle=handle)


def _metrics_there(video: Video | None, tie: PostTie) -> int:
    return sum(metric.value is not None for metric in post_metrics(video, tie))


def write_figures(figures: Figures, path: Path) -> None:
    """One flat JSON object."""
    path.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
