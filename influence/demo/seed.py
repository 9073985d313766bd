"""The world of `make run`, filled: accounts of each kind, one influencer who connected, a campaign in full swing."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.queries import all_posts
from campaigns.services.campaigns import add_participants, create_campaign
from campaigns.services.links import request_tie
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_orders
from campaigns.services.posts import add_post_by_hand
from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from crm.queries import tiktok_account
from crm.services.accounts import add_tiktok_account
from crm.services.influencers import open_dashboard
from influence.demo.creator import SandboxCreators
from influence.demo.world import CONNECTED, INFLUENCER, World
from tenancy.models import User
from tenancy.scope import organization_scope
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import Connection, Creator, Video
from tiktok.queries import marketplace_account
from tiktok.services.brands.accounts import check_marketplace_account
from tiktok.services.connect.connect import finish_connect, start_connect
from tiktok.services.creators.membership import track_creator
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots

MARKETPLACE = (
    "maya.bakes",
    "rio.runs",
    "lena.lifts",
    "sofia.eats",
    "yuki.paints",
    "hugo.climbs",
    "zara.dances",
)
UNSUPPORTED = ("ana.arte", "freya.knits")
WEEK = 7 * 86_400
PAST_DAYS = 45
LAST_MADE = "Winter swim"
COUNTERS = ("video_views", "likes", "comments", "shares")


def fill(world: World, creators: SandboxCreators) -> None:
    """Everything that is not there yet, also where an earlier try was stopped half-way. Needs the sandbox."""
    _fill_tiktok_one(world, creators)
    with organization_scope(world.organization):
        _describe_account()
        if Campaign.objects.filter(name=LAST_MADE).exists():
            return
        for handle in MARKETPLACE:
            add_tiktok_account(handle, actor=world.owner)
        for handle in UNSUPPORTED:
            _leave_from_before(handle)
        _invite_influencer()
        _connect("lena.lifts", world)
        _run_campaign(world, creators)
        _invent_a_past()
        _draft_campaign(world)


def _describe_account() -> None:
    account = marketplace_account()
    if account is not None and account.described_at is None:
        check_marketplace_account(account)


def _fill_tiktok_one(world: World, creators: SandboxCreators) -> None:
    """A campaign over TikTok One: published by link, in review, asked to tie a video that was out before. What TikTok
    tells of them by itself arrives once the pages are up."""
    with organization_scope(world.on_tiktok_one):
        _describe_account()
        if Campaign.objects.exists():
            return
        accounts = [
            add_tiktok_account(handle, actor=world.owner).account
            for handle in ("maya.bakes", "zoe.zen", "yuki.paints")
        ]
        today = timezone.now().date()
        campaign = create_campaign(
            client="Harbour Goods",
            name="Deck shoes",
            starts_on=today - timedelta(days=120),
            ends_on=today + timedelta(days=45),
            actor=world.owner,
        )
        request = request_orders(
            campaign,
            [account for account in accounts if account is not None],
            brand_name="Harbour Goods",
            description="One short video with the deck shoes, on a boat, a pier or wherever it gets wet.",
            video_count=1,
            actor=world.owner,
        )
        link = send_order_request(request).invite_link
        creators.approve_linked(creators.publish("maya.bakes", link, ago_seconds=WEEK))
        creators.publish("zoe.zen", link)
        earlier = all_posts(campaign).filter(creator__handle="yuki.paints").first()
        if earlier is not None:
            request_tie(campaign, earlier, actor=world.owner)


def _leave_from_before(handle: str) -> None:
    """An account that came before the release and TikTok no longer lets us track."""
    if tiktok_account(handle):
        return
    SocialAccount.objects.create(
        influencer=Influencer.objects.create(name=handle),
        network=Network.TIKTOK,
        account_type=AccountType.TIKTOK_CREATOR,
        handle=handle,
        creator=track_creator(handle, MarketplaceStatus.NOT_IN),
    )


def _invite_influencer() -> None:
    """Somebody who may sign in to the influencers' dashboard and has not connected yet."""
    person = User.objects.get(email=INFLUENCER)
    if not Influencer.objects.filter(person=person).exists():
        open_dashboard(Influencer(name="Tom Trails", email=person.email, country="US"), person)


def _connect(handle: str, world: World) -> None:
    """The influencer of this account has connected it, on the sandbox's consent page."""
    person = User.objects.get(email=CONNECTED)
    if Connection.objects.filter(person=person).exists():
        return
    influencer = Influencer.objects.get(accounts__handle=handle)
    influencer.email = person.email
    open_dashboard(influencer, person)
    address = start_connect(person, world.organization, session_key="seed")
    scopes = parse_qs(urlsplit(address).query)["scope"][0].split(",")
    answer = requests.post(
        address,
        data={"handle": handle, "decision": "allow", "scopes": scopes},
        allow_redirects=False,
        timeout=30,
    )
    back = {
        name: values[0]
        for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()
    }
    finish_connect(state=back["state"], session_key="seed", person=person, code=back["code"])


def _run_campaign(world: World, creators: SandboxCreators) -> None:
    """Four orders: published by link, tied by code, in review, and not taken up yet; and a post added by hand."""
    today, owner = timezone.now().date(), world.owner
    if Campaign.objects.exists():
        return
    campaign = create_campaign(
        client="Oakmill",
        name="Spring loaf",
        starts_on=today - timedelta(days=120),
        ends_on=today + timedelta(days=45),
        actor=owner,
    )
    account = {
        row.handle: row for row in SocialAccount.objects.select_related("creator", "influencer")
    }
    ordered = [account[handle] for handle in ("maya.bakes", "rio.runs", "lena.lifts", "sofia.eats")]
    add_participants(campaign, [*ordered, account["yuki.paints"], account["ana.arte"]], actor=owner)
    request = request_orders(
        campaign, ordered, brand_name="Oakmill", description="One short video with the seeded loaf",
        video_count=1, actor=owner,
    )  # fmt: skip
    send_order_request(request)
    code, link = campaign.orders.values_list("campaign_code", "invite_link")[0]
    published = [
        creators.publish("maya.bakes", link, ago_seconds=WEEK),
        str(creators.videos("rio.runs")[0]["video_id"]),
    ]
    creators.tie("rio.runs", published[1], code)
    for video in published:
        creators.approve(video)
    creators.publish("lena.lifts", link)
    sync_orders(campaign.orders.all())
    by_hand = all_posts(campaign).filter(creator=account["yuki.paints"].creator).first()
    if by_hand is not None:
        add_post_by_hand(campaign, by_hand, actor=owner)


def _draft_campaign(world: World) -> None:
    today = timezone.now().date()
    create_campaign(
        client="Nordkyst",
        name=LAST_MADE,
        starts_on=today + timedelta(days=20),
        ends_on=today + timedelta(days=80),
        actor=world.owner,
    )


def _invent_a_past() -> None:
    """Facts of the last weeks, so that the curves of the invented world have something to show."""
    now = timezone.now()
    for days in range(1, PAST_DAYS):
        then = now - timedelta(days=days)
        tracked = list(Creator.objects.filter(follower_count__isnull=False))
        for creator in tracked:
            shrink = 1 - 0.004 * days + 0.002 * ((creator.pk * 7 + days * 13) % 5 - 2)
            creator.follower_count = int((creator.follower_count or 0) * shrink)
            creator.profile_fetched_at = then
        record_creator_snapshots(tracked)
        videos = list(
            Video.objects.filter(posts__published_since__isnull=False, published_at__lt=then)
        )
        for video in videos:
            share = (then - video.published_at) / (now - video.published_at)
            for name in COUNTERS:
                setattr(video, name, int((getattr(video, name) or 0) * share**0.5))
        record_video_snapshots(videos, source=Source.PUBLIC, fetched_at=then)
