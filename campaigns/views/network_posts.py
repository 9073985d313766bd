"""Posts of a campaign on networks other than TikTok: the tab, and one post to add or change."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.enums import PlaceState
from campaigns.errors import AccountToChoose, CampaignProblem, NoAccountOfPost, OtherAccountOfPost
from campaigns.forms import NetworkPostForm, PostFactsEditForm, PostsImportForm
from campaigns.models import Campaign, NetworkPost, PostPlace
from campaigns.queries.network_posts import (
    NETWORK_SORTABLE,
    account_posts_page,
    counted,
    found_places,
    network_head,
    network_lines,
    place_of,
    places_page,
    queue_page,
)
from campaigns.queries.network_totals import network_totals
from campaigns.queries.post_layouts import COUNTS, NETWORK_COLUMNS, network_view_of
from campaigns.queries.published import post_choices
from campaigns.services.networks.imports.fates import FINDS
from campaigns.services.networks.imports.subject import POSTS, start_posts_import
from campaigns.services.networks.posts import (
    add_network_post,
    change_network_post,
    move_posts,
    place_known_post,
)
from campaigns.services.post_layouts import save_network_columns
from campaigns.services.posts import note_export
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.posts_asked import asked_in, chips_of, query_of
from crm.errors import TableRefused
from crm.queries.imports import latest_imports
from crm.views.tables import table_file
from files.errors import FileRefused
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.dialogs import form_answer
from ui.editing import editing
from ui.keys import key_in, keys_in
from ui.paging import PAGE_SIZE
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import say_done

TAB = "network_posts"
ORDERS = (
    ("-published", "Newest first"), ("published", "Oldest first"),
    *((f"-{name}", f"Most {label.lower()} first") for name, label in COUNTS.items()),
)  # fmt: skip


def _asked(request: OrganizationRequest) -> Any:
    return asked_in(request.GET, sortable=NETWORK_SORTABLE)


@staff_page(Permission.READ)
def network_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign, asked = campaign_or_404(pk), _asked(request)
    page = places_page(campaign, request.GET.get("cursor"), asked=asked)
    is_grid, columns = network_view_of(request.user)
    wanted = request.GET.get("view", "")
    context = {
        "page": page,
        "asked": asked,
        "query": query_of(asked),
        "export_url": address(request, "network_export", campaign.pk),
        "chips": chips_of(request, campaign, asked, TAB),
        "orders": ORDERS,
        "totals": network_totals(found_places(campaign, asked)) if page.rows else None,
        "waiting": counted(campaign, PlaceState.WAITING),
        "is_grid": wanted == "grid" if wanted in {"grid", "table"} else is_grid,
        "columns": [(key, NETWORK_COLUMNS[key]) for key in columns],
        "counts": COUNTS,
    }
    return campaign_page(request, campaign, "networks/list.html", context)


@staff_page(Permission.READ)
@require_POST
def network_export(request: OrganizationRequest, pk: int) -> HttpResponseBase:
    """The same posts in the same order as a file, with the member's columns."""
    campaign, asked = campaign_or_404(pk), _asked(request)
    columns = network_view_of(request.user)[1]
    note_export(campaign, found_places(campaign, asked).count(), actor=request.user)
    lines = network_lines(campaign, asked, columns)
    return table_file(request, "posts-other-networks", network_head(columns), lines)


@staff_page(Permission.READ)
def network_columns(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose the columns of the table, kept for the member."""
    campaign, asked = campaign_or_404(pk), _asked(request)
    back = f"{address(request, TAB, campaign.pk)}?{query_of(asked)}"
    if request.method == "POST":
        shown = request.POST.getlist("shown")
        save_network_columns(request.user, [key for key in NETWORK_COLUMNS if key in shown])
        messages.success(request, "Columns saved.")
        return go_to(request, back)
    context: dict[str, Any] = {
        "title": "Columns",
        "body": "staff/campaigns/posts/columns.html",
        "back": back,
        "action": f"{address(request, 'network_columns', campaign.pk)}?{query_of(asked)}",
        "columns": [{"key": key, "label": label} for key, label in NETWORK_COLUMNS.items()],
        "shown": network_view_of(request.user)[1],
    }
    return form_answer(request, **context)


@staff_page(Permission.EDIT_CAMPAIGNS)
def network_import(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Choose a file of posts; the imports of the campaign that are kept."""
    campaign = campaign_or_404(pk)
    form = PostsImportForm(request.POST or None, request.FILES or None)
    if is_sent(request, form):
        given = form.cleaned_data
        only_finds = given["way"] == FINDS
        make = partial(
            start_posts_import, campaign, given["file"], only_finds=only_finds, actor=request.user
        )
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (FileRefused, TableRefused) as refused:
            form.add_error("file", str(refused))
        else:
            return redirect(address(request, "network_import_page", campaign.pk, made.pk))
    imports = latest_imports(POSTS, request.user, campaign=campaign.pk)
    context = {"form": form, "imports": imports}
    status = REFUSED if form.errors else 200
    return campaign_page(request, campaign, "networks/import.html", context, status=status)


@staff_page(Permission.READ)
def network_all(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Everything that the campaign's accounts published on other networks, as far as files have brought it."""
    campaign = campaign_or_404(pk)
    network, is_undated = _asked(request).network, request.GET.get("show") == "undated"
    page = account_posts_page(
        campaign, request.GET.get("cursor"), network=network, is_undated=is_undated
    )
    context = {
        "page": page,
        "network": network,
        "is_undated": is_undated,
        "networks": post_choices(campaign, "network"),
    }
    return campaign_page(request, campaign, "networks/all.html", context)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def network_place(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Let a post that is known stand in the campaign."""
    campaign = campaign_or_404(pk)
    post = NetworkPost.objects.filter(pk=key_in(request.POST.get("post", "")) or 0).first()
    if post is None:
        raise Http404("No such post.")
    try:
        place = place_known_post(campaign, post, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
    else:
        undo = address(request, "network_move", campaign.pk)
        listed, out = PlaceState.LISTED, PlaceState.REFUSED
        say_done(request, "The post is in the campaign.", undo, ids=place.pk, since=listed, to=out)
    return redirect(address(request, "network_all", campaign.pk))


# --- one post ---
@staff_page(Permission.EDIT_CAMPAIGNS)
def network_post_add(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Add a post by its address."""
    campaign = campaign_or_404(pk)
    form = NetworkPostForm(request.POST or None, campaign=campaign)
    if is_sent(request, form):
        given = form.cleaned_data
        make = partial(
            add_network_post, campaign, given["url"], form.facts, account=given["account"],
            actor=request.user,
        )  # fmt: skip
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except (AccountToChoose, NoAccountOfPost, OtherAccountOfPost) as problem:
            form.add_error("account", str(problem))
        except CampaignProblem as problem:
            form.add_error("url", str(problem))
        else:
            say_made(request, "The post is in the campaign.", is_first=made.is_first)
            return go_to(request, address(request, TAB, campaign.pk))
    context: dict[str, Any] = {
        "title": "Add a post",
        "body": "staff/campaigns/networks/add.html",
        "form": form,
        "action": address(request, "network_post_add", campaign.pk),
        "back": address(request, TAB, campaign.pk),
    }
    return form_answer(request, **context)


@staff_page(Permission.EDIT_CAMPAIGNS)
def network_post(request: OrganizationRequest, pk: int, place_pk: int) -> HttpResponse:
    """Change caption, time and numbers of a post."""
    campaign = campaign_or_404(pk)
    place = _place_or_404(campaign, place_pk)
    with editing(request, campaign), editing(request, place.post) as post:
        stored = {"caption": post.caption, "published_at": post.published_at, **post.counts}
        form = PostFactsEditForm(request.POST or None, initial=stored)
        is_saved = form.is_valid()
        if is_saved:
            change_network_post(place, form.facts, actor=request.user)
    if is_saved:
        messages.success(request, f"{isolated(post)} is changed.")
        return go_to(request, address(request, TAB, campaign.pk))
    context: dict[str, Any] = {
        "title": "Change a post",
        "body": "staff/campaigns/networks/change.html",
        "form": form,
        "place": place,
        "action": address(request, "network_post", campaign.pk, place.pk),
        "back": address(request, TAB, campaign.pk),
    }
    return form_answer(request, **context)


def _place_or_404(campaign: Campaign, pk: int) -> PostPlace:
    place = place_of(campaign, pk)
    if place is None:
        raise Http404("No such post.")
    return place


# --- what keywords have found, and what is left out ---
@staff_page(Permission.READ)
def network_queue(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Posts in which a keyword was found and about which nobody has decided; or those that were left out."""
    campaign = campaign_or_404(pk)
    is_out = request.GET.get("show") == "left-out"
    state = PlaceState.REFUSED if is_out else PlaceState.WAITING
    context = {
        "page": queue_page(campaign, request.GET.get("cursor"), state=state),
        "is_out": is_out,
        "waiting": counted(campaign, PlaceState.WAITING),
        "left_out": counted(campaign, PlaceState.REFUSED),
    }
    return campaign_page(request, campaign, "networks/queue.html", context)


SAID = {
    PlaceState.LISTED: ("{} post is in the campaign.", "{} posts are in the campaign."),
    PlaceState.REFUSED: ("{} post is left out.", "{} posts are left out."),
    PlaceState.WAITING: ("{} post waits for your decision again.", "{} posts wait for your decision again."),
}  # fmt: skip


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def network_move(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Accept posts, leave them out, or undo that: `to` and `since` are states, `ids` places."""
    campaign, given = campaign_or_404(pk), request.POST
    if not {given.get("to", ""), given.get("since", "")} <= set(PlaceState.values):
        raise Http404("No such state.")
    to, since = PlaceState(given["to"]), PlaceState(given["since"])
    ids = keys_in(given.getlist("ids"))[:PAGE_SIZE]
    moved = move_posts(campaign, ids, to, since=since, actor=request.user)
    if moved:
        said = ngettext(*SAID[to], len(moved)).format(len(moved))
        undo, chosen = address(request, "network_move", campaign.pk), ",".join(map(str, moved))
        back = given.get("back", "")
        say_done(request, said, undo, to=since, since=to, ids=chosen, back=back)
    else:
        messages.info(request, "Nothing was changed: select posts that are still here.")
    return redirect(_back(request, campaign))


def _back(request: OrganizationRequest, campaign: Campaign) -> str:
    way = request.POST.get("back", "")
    if way not in {"queue", "left-out"}:
        return address(request, TAB, campaign.pk)
    query = "?show=left-out" if way == "left-out" else ""
    return f"{address(request, 'network_queue', campaign.pk)}{query}"
