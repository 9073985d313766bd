"""The world of `make run`, filled: a year of an agency, a brand on TikTok One in two markets, and a company that has yet to cut over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from alerts.services.finding import plan_alerts
from campaigns.models import Campaign
from campaigns.queries import all_posts
from campaigns.services.campaigns import create_campaign
from campaigns.services.legacy.importing import import_legacy_export
from campaigns.services.links import request_tie
from campaigns.services.orders.requests import request_orders
from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from crm.queries import tiktok_account
from crm.services.accounts import add_tiktok_account
from crm.services.influencers import open_dashboard
from influence.demo.agency import DAY, LAST_MADE, Agency, send_until_done
from influence.demo.applications import take_applications
from influence.demo.cast import AGENCY, BRAND, OUTSIDE, UNSUPPORTED, address, known_for_days
from influence.demo.collected import collect_since_2024
from influence.demo.consents import connect_at_tiktok
from influence.demo.conversations import talk
from influence.demo.creator import SandboxCreators
from influence.demo.details import describe_creators
from influence.demo.earlier import days_ago
from influence.demo.mailings import write_to_creators
from influence.demo.networks import show_other_networks
from influence.demo.past import invent_a_past
from influence.demo.plans import plan_campaigns
from influence.demo.reviews import send_drafts
from influence.demo.sparks import ask_for_sparks
from influence.demo.world import (
    CONNECTED,
    INFLUENCER,
    SANDBOX_TIKTOK_ONE_ID,
    SANDBOX_TIKTOK_ONE_US_ID,
    World,
    make_person,
)
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tiktok.enums import MarketplaceStatus
from tiktok.models import Connection, Creator
from tiktok.queries import connected_accounts
from tiktok.services.brands.accounts import check_marketplace_account
from tiktok.services.creators.membership import Membership, refresh_membership, track_creator
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.grants.grants import live_state
from tiktok.services.legacy.rows import creators_of_unknown_membership

FIRST = 20  # with whom the campaigns are made
WITH_ADDRESS = 80  # of the old source's creators: the others cannot be mailed
OLD_EXPORT = Path(__file__).with_name("old_source.csv")
Known = Iterable[tuple[int, tuple[str, str, str]]]


def fill(world: World, creators: SandboxCreators) -> None:
    """Everything that is not there yet, also where an earlier try was stopped half-way. Needs the sandbox."""
    agency, numbered = Agency(world.owner, creators), list(enumerate(AGENCY))
    with organization_scope(world.organization):
        is_new = not Campaign.objects.filter(name=LAST_MADE).exists()
        if is_new:
            _describe_accounts()
            _invite_influencer()
            _add_accounts(numbered[:FIRST], world.owner)
            _leave_from_before()
            _connect_creators(world.organization, creators)
            agency.run_campaigns()
    _fill_brand(world, creators)
    _fill_old_source(world)
    with organization_scope(world.organization):
        if is_new:
            _add_accounts(numbered[FIRST:], world.owner)
            describe_creators(world.organization, world.owner, world.manager)
            write_to_creators(world.owner)
            invent_a_past()
            talk(world.owner)
            ask_for_sparks(world.owner, creators)
            agency.draft()
            plan_campaigns(world.owner)
            show_other_networks(world.owner)
            send_drafts(world.owner)
            take_applications(world.organization, world.owner, world.manager, creators)
    plan_alerts()


def _describe_accounts() -> None:
    for account in connected_accounts().filter(described_at=None):
        check_marketplace_account(account)


def _add_accounts(known: Known, owner: User) -> None:
    for place, (handle, country, language) in known:
        if tiktok_account(handle):
            continue
        with days_ago(known_for_days(place)):
            account = add_tiktok_account(handle, actor=owner).account
        if account is not None:
            influencer = account.influencer
            influencer.email, influencer.country = address(handle, place), country
            influencer.language = language
            influencer.save()


def _leave_from_before() -> None:
    """Accounts that came before the release and that TikTok no longer lets us track."""
    outside = dict.fromkeys(connected_accounts(), MarketplaceStatus.NOT_IN)
    for handle, country, language in UNSUPPORTED:
        if tiktok_account(handle):
            continue
        name = handle.replace(".", " ").title()
        with days_ago(500):
            SocialAccount.objects.create(
                influencer=Influencer.objects.create(name=name, country=country, language=language),
                network=Network.TIKTOK,
                account_type=AccountType.TIKTOK_CREATOR,
                handle=handle,
                creator=track_creator(handle, Membership(outside)),
            )


def _invite_influencer() -> None:
    """Somebody who may sign in to the influencers' dashboard and has not connected yet."""
    person = User.objects.get(email=INFLUENCER)
    if not Influencer.objects.filter(person=person).exists():
        open_dashboard(Influencer(name="Tom Trails", email=person.email, country="US"), person)


def _connect_creators(organization: Organization, creators: SandboxCreators) -> None:
    """Connect creators in the marketplace and outside of it, and one who then takes it back at TikTok."""
    if _connect("lena.lifts", User.objects.get(email=CONNECTED), organization):
        _let_end("lena.lifts", timedelta(days=75))
    giulia = make_person("giulia@creators.example", "Giulia Ferri")
    if _connect("giulia.pasta", giulia, organization):
        _let_end("giulia.pasta", timedelta(days=24))
    handle, name, country, language = OUTSIDE
    outsider = make_person("otto@creators.example", name)
    if not Influencer.objects.filter(person=outsider).exists():
        influencer = Influencer(name=name, email=outsider.email, country=country, language=language)
        open_dashboard(influencer, outsider)
    if _connect(handle, outsider, organization):
        refresh_videos(Creator.objects.get(handle=handle))
    if _connect("haneul.daily", make_person("haneul@creators.example", "김하늘"), organization):
        creators.revoke("haneul.daily")


def _connect(handle: str, person: User, organization: Organization) -> bool:
    """The person has connected this account, on the sandbox's consent page. False: they had before."""
    if Connection.objects.filter(person=person).exists():
        return False
    influencer = Influencer.objects.filter(person=person).first()
    if influencer is None:
        influencer = Influencer.objects.get(accounts__handle=handle)
        influencer.email = person.email
        open_dashboard(influencer, person)
    connect_at_tiktok(handle, person, organization, days=90)
    return True


def _let_end(handle: str, after: timedelta) -> None:
    """The permission that was given for this account ends so soon."""
    connection, now = Connection.objects.get(handle=handle), timezone.now()
    with person_scope(connection.person_id):
        connection.refresh_expires_at = now + after
        connection.state = live_state(connection.refresh_expires_at, now)
        connection.save(update_fields=["refresh_expires_at", "state"])


def _fill_brand(world: World, creators: SandboxCreators) -> None:
    """A campaign over TikTok One: published by link, in review, asked to tie a video that was out before. What TikTok
    tells of them by itself arrives once the pages are up."""
    with organization_scope(world.on_tiktok_one):
        if Campaign.objects.exists():
            return
        _describe_accounts()
        _divide_markets(creators)
        _add_accounts(enumerate(BRAND), world.owner)
        campaign = _deck_shoes(world, creators)
        earlier = all_posts(campaign).filter(creator__handle="yuki.paints").first()
        if earlier is not None:
            request_tie(campaign, earlier, actor=world.owner)
        invent_a_past()


def _divide_markets(creators: SandboxCreators) -> None:
    """Let North America's creators be in the market of the account there, and the others in that of the first."""
    for handle, country, _ in BRAND:
        is_american = country in {"US", "CA"}
        elsewhere = SANDBOX_TIKTOK_ONE_ID if is_american else SANDBOX_TIKTOK_ONE_US_ID
        creators.set_membership(handle, "NOT_IN", account_id=elsewhere)


def _deck_shoes(world: World, creators: SandboxCreators) -> Campaign:
    today = timezone.now().date()
    with days_ago(34):
        campaign = create_campaign(
            client="Harbour Goods",
            name="Deck shoes",
            starts_on=today - timedelta(days=120),
            ends_on=today + timedelta(days=45),
            actor=world.owner,
        )
    handles = ("maya.bakes", "zoe.zen", "yuki.paints", "soren.sails", "matilda.surf")
    with days_ago(30):
        request = request_orders(
            campaign,
            list(SocialAccount.objects.filter(handle__in=handles)),
            brand_name="Harbour Goods",
            description="One short video with the deck shoes, on a boat, a pier or wherever it gets wet.",
            video_count=1,
            actor=world.owner,
        )
        for part in (request, *request.elsewhere.all()):
            send_until_done(part)
    links = dict(campaign.orders.values_list("account__handle", "invite_link"))
    for handle, days, caption in (
        ("maya.bakes", 20, "Baking on a boat was a choice #ad #deckshoes"),
        ("soren.sails", 8, "Hold kursen, tør dine fødder #reklame #deckshoes"),
    ):
        video = creators.publish(handle, links[handle], ago_seconds=days * DAY, caption=caption)
        creators.approve_linked(video)
    creators.publish("zoe.zen", links["zoe.zen"], caption="Pier, fog, dry socks #ad #deckshoes")
    return campaign


def _fill_old_source(world: World) -> None:
    """A company whose accounts and past posts are still those of the old source. TikTok was asked who may be tracked; its own data
    of these is collected beside it."""
    with organization_scope(world.on_old_source):
        if Campaign.objects.exists():
            return
        _describe_accounts()
        import_legacy_export(OLD_EXPORT, campaign_name="Past posts", actor=world.owner)
        refresh_membership(creators_of_unknown_membership())
        collect_since_2024()
        for person in Influencer.objects.order_by("pk")[:WITH_ADDRESS]:
            person.email = f"{person.name.replace('.', '-')}@creators.example"
            person.save(update_fields=["email"])
