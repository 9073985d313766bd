"""Search from anywhere: influencers, campaigns, orders, posts, pages and what can be done next, a few of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from campaigns.enums import CampaignState
from campaigns.models import Campaign, Order, Post, PostPlace
from campaigns.queries.search import (
    campaigns_called,
    caption_words,
    network_posts_about,
    orders_about,
    posts_about,
)
from crm.models import Influencer
from crm.models.search import beginnings
from crm.queries.search import suggested
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tenancy.recent import recent
from tenancy.templatetags.organizations import SETTINGS
from ui.bidi import isolated
from ui.letters import bare

LONGEST = 100  # characters that are searched for
INFLUENCER, CAMPAIGN = "influencer", "campaign"  # kinds of pages that are remembered
KEYS = "Keys: all keyboard shortcuts"
# Pages beside the settings: address, label, icon, and what a member needs to open it.
PAGES = (
    ("home", "Home", "home", Permission.READ),
    ("crm:influencers", "Influencers", "users", Permission.READ),
    ("crm:discover", "Discover: search TikTok One", "world", Permission.READ),
    ("crm:imports", "Import creators", "file-import", Permission.IMPORT_INFLUENCERS),
    ("crm:duplicates", "Duplicates", "copy", Permission.READ),
    ("crm:my_tasks", "My tasks and mentions", "bell", Permission.READ),
    ("campaigns:list", "Campaigns", "speakerphone", Permission.READ),
    ("crm:programs", "Applications: programs, and who applies", "clipboard", Permission.READ),
    ("mail:messages", "E-mail", "mail", Permission.READ_MAIL),
    ("jobs:activity", "Activity", "refresh", Permission.READ),
)
# Those that are found, and not offered before anything is typed.
FOUND_PAGES = (
    ("campaigns:new", "New campaign", "plus", Permission.EDIT_CAMPAIGNS),
    ("crm:create_influencer", "New creator", "user-plus", Permission.EDIT_INFLUENCERS),
    ("crm:paste_accounts", "Add many accounts", "users", Permission.IMPORT_INFLUENCERS),
    ("crm:archived_influencers", "Archived influencers", "archive", Permission.READ),
    ("campaigns:ending", "Permissions that end soon", "clock", Permission.READ),
    ("crm:mailings", "Mailings", "mail", Permission.READ),
    *((name, f"Settings: {label}", icon, need) for name, label, icon, need in SETTINGS),
)


@dataclass(frozen=True)
class Suggestion:
    """A row of the palette. `face`: whose initials it shows; else `cover`, a post's picture; else `icon`. `opens`: a dialog of
    the page itself."""

    href: str
    title: str
    note: str = ""
    icon: str = ""
    face: str = ""
    cover: str | None = None
    opens: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    rows: list[Suggestion] = field(default_factory=list)


@staff_page(Permission.READ)
def palette(request: OrganizationRequest) -> HttpResponse:
    """Show what is found, as a page; htmx gets the rows only."""
    search = request.GET.get("q", "").strip()[:LONGEST]
    rows = _sections(request, search) if search else iter([_recent(request), _pages(request, "")])
    context = {
        "search": search,
        "words": beginnings(search),
        "sections": [section for section in rows if section.rows],
    }
    template = "rows" if request.htmx else "page"
    response = render(request, f"staff/palette/{template}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@staff_page(Permission.READ)
def recently_opened(request: OrganizationRequest) -> HttpResponse:
    """Show what was opened last, for the sidebar; nothing where nothing was."""
    return render(request, "staff/palette/recent.html", {"rows": _recent(request).rows})


def _sections(request: OrganizationRequest, search: str) -> Iterator[Section]:
    campaigns, people = list(campaigns_called(search)), suggested(search)
    accounts = [account for each in people for account in each.accounts.all()]
    words, captioned = beginnings(search), caption_words(search)
    yield Section("Creators", [_influencer(request, each, words) for each in people])
    yield Section(
        "Campaigns, orders and posts",
        [
            *(_campaign(request, each) for each in campaigns),
            *(_order(request, each) for each in orders_about(search, accounts)),
            *(_post(request, each) for each in posts_about(search, captioned)),
            *(
                _network_post(request, each, search)
                for each in network_posts_about(search, captioned)
            ),
        ],
    )
    yield _pages(request, search)
    yield Section("Actions", list(_actions(request, search, campaigns)))


def _recent(request: OrganizationRequest) -> Section:
    """The influencers and campaigns opened last, of those that are still there for the member."""
    opened = recent(request)
    ids = {kind: [pk for each, pk in opened if each == kind] for kind, _ in opened}
    rows: dict[tuple[str, int], Suggestion] = {}
    if INFLUENCER in ids:
        people = Influencer.objects.filter(pk__in=ids[INFLUENCER]).prefetch_related("accounts")
        rows |= {(INFLUENCER, each.pk): _influencer(request, each) for each in people}
    if CAMPAIGN in ids:
        campaigns = Campaign.objects.filter(pk__in=ids[CAMPAIGN])
        rows |= {(CAMPAIGN, each.pk): _campaign(request, each) for each in campaigns}
    return Section("Recent", [rows[key] for key in opened if key in rows])


def _influencer(
    request: OrganizationRequest, influencer: Influencer, words: Sequence[str] = ()
) -> Suggestion:
    """The name over the handles, else the e-mail address; and over what else holds a word that neither has."""
    handles = [f"@{account.handle}" for account in influencer.accounts.all()]
    notes = handles or [influencer.email]
    said = bare(" ".join([influencer.name, *notes]))
    unsaid = [word for word in words if bare(word) not in said]
    for text in (influencer.display_name, influencer.email):
        if text not in notes and any(bare(word) in bare(text) for word in unsaid):
            notes = [*notes, isolated(text)]
    href = _to(request, "crm:influencer", influencer.pk)
    return Suggestion(href, influencer.name, " · ".join(notes), face=influencer.name)


def _campaign(request: OrganizationRequest, campaign: Campaign) -> Suggestion:
    href = _to(request, "campaigns:campaign", campaign.pk)
    note = f"{isolated(campaign.client)} · {campaign.get_state_display().lower()}"
    return Suggestion(href, campaign.name, note, icon="speakerphone")


def _order(request: OrganizationRequest, order: Order) -> Suggestion:
    href = _to(request, "campaigns:order", order.campaign_id, order.pk)
    note = f"{isolated(order.campaign.name)} · {order.get_state_display().lower()}"
    return Suggestion(href, f"Order for @{order.account.handle}", note, icon="send")


def _post(request: OrganizationRequest, post: Post) -> Suggestion:
    href = _to(request, "campaigns:post", post.campaign_id, post.pk)
    title = str(post.video) if post.video else post.url
    note = f"@{post.account.handle} · {isolated(post.campaign.name)}"
    return Suggestion(href, title, note, cover=post.video.cover if post.video else "")


def _network_post(request: OrganizationRequest, place: PostPlace, search: str) -> Suggestion:
    """The post among those of its campaign that the same search finds."""
    query = urlencode({"q": search})
    href = f"{_to(request, 'campaigns:network_posts', place.campaign_id)}?{query}"
    network = place.post.get_network_display()
    note = f"{network} · {isolated(place.account)} · {isolated(place.campaign.name)}"
    return Suggestion(href, str(place.post), note, cover="")


def _pages(request: OrganizationRequest, search: str) -> Section:
    words = [word.casefold() for word in beginnings(search)]
    known = (*PAGES, *FOUND_PAGES) if search else PAGES
    rows = [
        Suggestion(_to(request, name), label, icon=icon)
        for name, label, icon, need in known
        if can(request.membership, need) and _has_words(label, words)
    ]
    if search and _has_words(KEYS, words):
        rows.append(Suggestion("#keys", KEYS, icon="help", opens="keys"))
    return Section("Pages", rows)


def _has_words(label: str, words: list[str]) -> bool:
    own = label.casefold().split()
    return all(any(each.startswith(word) for each in own) for word in words)


def _actions(
    request: OrganizationRequest, search: str, campaigns: list[Campaign]
) -> Iterator[Suggestion]:
    quoted = f"“{isolated(search)}”"
    living = [each for each in campaigns if each.state != CampaignState.ARCHIVED]
    if living and can(request.membership, Permission.SEND_ORDERS):
        href = _to(request, "campaigns:order_new", living[0].pk)
        yield Suggestion(href, f"New order in {isolated(living[0].name)}", icon="send")
    if can(request.membership, Permission.EDIT_INFLUENCERS):
        href = f"{_to(request, 'crm:add_account')}?{urlencode({'handle': search})}"
        yield Suggestion(
            href,
            f"Add creator {quoted}",
            "by the handle or address of an account",
            icon="user-plus",
        )
    href = f"{_to(request, 'crm:influencers')}?{urlencode({'q': search})}"
    yield Suggestion(href, f"Search influencers for {quoted}", icon="search")


def _to(request: OrganizationRequest, name: str, *ids: Any) -> str:
    return reverse(name, args=[request.organization.slug, *ids])
