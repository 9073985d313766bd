"""Merging influencers: what is compared and chosen, what happens, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from crm.errors import MergeRefused
from crm.models import Influencer, Merge
from crm.queries import found
from crm.queries.hanging import hanging_counts
from crm.queries.merging import MOST_MERGED, compare, influencers_to_merge, merge_by_id
from crm.services.merging import merge as merge_service
from crm.services.merging import undo as undo_service
from crm.views.asked import picked, read_request
from crm.views.frame import INVALID, address, allowances
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.keys import key_in
from ui.undoing import say_done

PICK = "pick."
SHOWN_MATCHES = 10
SEARCH_LENGTH = 100
GONE = "Somebody you selected is not here any more: they were deleted, or merged, since."


@staff_page(Permission.EDIT_INFLUENCERS)
def merge_influencers(request: OrganizationRequest) -> HttpResponse:
    """Choose whom to merge and whose values are taken; a POST merges them."""
    if "selection" in request.GET or "all" in request.GET:
        return _selected(request)
    values = request.POST if request.method == "POST" else request.GET
    ids = _numbers(values.getlist("influencer"))
    people = influencers_to_merge(ids)
    problem = ""
    if "add" in request.POST:
        query = urlencode({"influencer": ids, "add": 1, **_chosen(request)}, doseq=True)
        return redirect(f"{address(request, 'merge_influencers')}?{query}")
    if request.method == "POST":
        try:
            return _merge(request, ids)
        except MergeRefused as refused:
            problem, people = str(refused), influencers_to_merge(ids)
    elif len(people) < len(ids):
        return _without_gone(request, people)
    if len(people) < 2 or ("add" in request.GET and len(people) < MOST_MERGED):
        return _choose(request, people, problem)
    return _compare(request, people, problem)


def _selected(request: OrganizationRequest) -> HttpResponse:
    """Compare those who are selected in the list, at an address that names them."""
    ids = picked(request, request.GET) or []
    if not 2 <= len(ids) <= MOST_MERGED:
        messages.warning(request, f"Select two to {MOST_MERGED} creators to merge them into one.")
        asked = read_request(request)
        return redirect(asked.href(asked.reading.filters))
    query = urlencode({"influencer": ids}, doseq=True)
    return redirect(f"{address(request, 'merge_influencers')}?{query}")


def _without_gone(request: OrganizationRequest, people: Sequence[Influencer]) -> HttpResponse:
    """Go on with those who are still there, and say so. Raises Http404 where nobody is."""
    if not people:
        raise Http404
    messages.warning(request, GONE)
    query = urlencode({"influencer": [each.pk for each in people], **_chosen(request)}, doseq=True)
    return redirect(f"{address(request, 'merge_influencers')}?{query}")


def _merge(request: OrganizationRequest, ids: Sequence[int]) -> HttpResponse:
    keep = key_in(request.POST.get("keep", "")) or 0
    if keep not in ids:
        raise MergeRefused("Choose whose page stays.")
    merged = merge_service.merge_influencers(
        keep,
        [pk for pk in ids if pk != keep],
        picks=_picks(request),
        seen=request.POST.get("seen", ""),
        actor=request.user,
    )
    count = 1 + len(merged.merged_ids)
    text = f"{count} creators are one now: {isolated(merged.target)}"
    say_done(request, text, undo=address(request, "undo_merge", merged.pk))
    return redirect("crm:influencer", request.organization.slug, keep)


def _compare(
    request: OrganizationRequest, people: Sequence[Influencer], problem: str
) -> HttpResponse:
    chosen = _chosen(request)
    comparison = compare(people, key_in(chosen.get("keep", "")), _picks(request))
    counts = hanging_counts([each.pk for each in people])
    context = {
        **allowances(request),
        "comparison": comparison,
        "people": [{"influencer": each, "counts": counts[each.pk]} for each in people],
        "are_two_people": len(comparison.person_ids) > 1,
        "may_add": len(people) < MOST_MERGED,
        "problem": problem,
    }
    status = INVALID if problem else 200
    return render(request, "staff/crm/merging/compare.html", context, status=status)


def _choose(
    request: OrganizationRequest, people: Sequence[Influencer], problem: str
) -> HttpResponse:
    """Search for the other one, or for one more."""
    search = request.GET.get("q", "").replace("\x00", "")[:SEARCH_LENGTH].strip()
    matches = found(Influencer.objects.exclude(pk__in=[each.pk for each in people]), search)
    rows = matches.prefetch_related("accounts").order_by("sort_name", "pk")
    context = {
        **allowances(request),
        "people": people,
        "search": search,
        "matches": list(rows[:SHOWN_MATCHES]) if search else [],
        "problem": problem,
        "chosen": _chosen(request),
    }
    status = INVALID if problem else 200
    return render(request, "staff/crm/merging/choose.html", context, status=status)


def _chosen(request: OrganizationRequest) -> dict[str, str]:
    """The choices of the comparison, as they were sent, or as an address keeps them while one more is looked for."""
    given = request.POST if request.method == "POST" else request.GET
    return {name: given[name][:20] for name in given if name == "keep" or name.startswith(PICK)}


def _picks(request: OrganizationRequest) -> dict[str, int]:
    """The influencer whose value is taken, by the key of the choice."""
    return {
        name.removeprefix(PICK): key
        for name, value in _chosen(request).items()
        if name != "keep" and (key := key_in(value)) is not None
    }


def _numbers(texts: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(key for text in texts if (key := key_in(text)) is not None))


@staff_page(Permission.READ)
def merge(request: OrganizationRequest, merge_pk: int) -> HttpResponse:
    """A merge that happened: who went into whom, the way back, and what was left as edited."""
    found_merge = _found_merge(merge_pk)
    names = [values.get("name", "") for values in found_merge.kept.get("merged", [])]
    context = {**allowances(request), "merge": found_merge, "names": names}
    return render(request, "staff/crm/merging/merge.html", context)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def undo_merge(request: OrganizationRequest, merge_pk: int) -> HttpResponse:
    """Bring everybody back who was merged."""
    found_merge = _found_merge(merge_pk)
    try:
        undone = undo_service.undo_merge(found_merge, actor=request.user)
    except MergeRefused as refused:
        messages.error(request, str(refused))
        return redirect("crm:merge", request.organization.slug, merge_pk)
    messages.success(request, "The merge is undone.")
    if undone.differences:
        return redirect("crm:merge", request.organization.slug, merge_pk)
    return redirect("crm:influencer", request.organization.slug, undone.target_id)


def _found_merge(pk: int) -> Merge:
    found_merge = merge_by_id(pk)
    if found_merge is None:
        raise Http404
    return found_merge
