"""Content review: the drafts of a campaign, one draft beside what is said to it, and the team's verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from campaigns.enums import DraftState
from campaigns.errors import CampaignProblem
from campaigns.forms import ChangesForm, CommentForm, DraftDueForm
from campaigns.models import Campaign, Review, ReviewComment, ReviewVersion
from campaigns.queries.reviews import (
    LATEST_CHANGE,
    OVER,
    OVERDUE,
    ReviewsAsked,
    compared,
    review_live,
    reviews_live,
    reviews_page,
    whole_review,
)
from campaigns.services.reviews.comments import remove_comment, remove_version, write_comment
from campaigns.services.reviews.drafts import change_due
from campaigns.services.reviews.telling import note_on_mail
from campaigns.services.reviews.verdicts import (
    Judged,
    approve,
    ask_for_changes,
    take_verdict_back,
)
from campaigns.views.frame import address, campaign_or_404, campaign_page
from crm.models import Removal
from crm.views.removals import bring_back
from files.views import as_shown
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.models import Event
from tenancy.services.submissions import make_once
from ui.editing import editing
from ui.keys import key_in
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import OF, say_done

DUE_ID = "draft-%s"  # the form of changes has a field of this name, too


@staff_page(Permission.READ)
def review_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    asked = ReviewsAsked.of(request.GET)
    page = reviews_page(campaign, asked, request.GET.get("cursor"))
    live = reviews_live(campaign, page.rows)
    context = {
        "page": page,
        "live": live,
        "asked": asked,
        "states": [*DraftState.choices, (OVERDUE, "Overdue"), (OVER, "Order is over")],
        "usual_sort": LATEST_CHANGE,
        "export_url": address(request, "reviews_export", pk),
    }
    return live.answer(request) or campaign_page(request, campaign, "reviews/list.html", context)


def review_or_404(campaign: Campaign, pk: int) -> Review:
    """A draft of the campaign with its versions and comments."""
    review = whole_review(campaign, pk)
    if review is None:
        raise Http404("No such draft.")
    return review


def _version_or_404(request: OrganizationRequest, pk: int, review_pk: int, version_pk: int) -> Any:
    rows = ReviewVersion.objects.select_related("review__order", "file")
    return get_object_or_404(rows, review__campaign=pk, review=review_pk, pk=version_pk)


@staff_page(Permission.READ)
def review_page(request: OrganizationRequest, pk: int, review_pk: int) -> HttpResponse:
    """One draft: a version beside what is said to it, or two versions side by side."""
    campaign = campaign_or_404(pk)
    review = review_or_404(campaign, review_pk)
    live = review_live(review)
    if answer := live.answer(request):
        return answer
    return _shown(request, campaign, review, live=live)


def _shown(
    request: OrganizationRequest, campaign: Campaign, review: Review, **more: Any
) -> HttpResponse:
    versions = list(review.versions.all())
    numbers = {str(each.number): each for each in versions}
    shown = numbers.get(request.GET.get("v", ""), versions[0] if versions else None)
    beside = numbers.get(request.GET.get("beside", ""))
    is_compared = shown is not None and beside is not None and beside != shown
    context = {
        "review": review,
        "versions": versions,
        "shown": shown,
        "beside": beside if is_compared else None,
        "is_latest": bool(versions) and shown == versions[0],
        "words": compared(beside.text, shown.text) if is_compared else [],  # type: ignore[union-attr]
        "comment_form": CommentForm(),
        "changes_form": ChangesForm(initial=_dated(review)),
        "due_form": DraftDueForm(initial=_dated(review), auto_id=DUE_ID),
        **more,
    }
    has_errors = any(getattr(each, "errors", None) for each in more.values())
    status = 422 if has_errors else 200
    return campaign_page(request, campaign, "reviews/review.html", context, status=status)


@staff_page(Permission.READ)
@require_safe
def review_file(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponseBase:
    """The file of a version: a video or picture for its page, any other to be saved."""
    version = _version_or_404(request, pk, review_pk, version_pk)
    if version.file is None:
        raise Http404("This version has no file.")
    return as_shown(request, version.file)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def review_comment(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponse:
    version = _version_or_404(request, pk, review_pk, version_pk)
    form = CommentForm(request.POST)
    if is_sent(request, form):
        make = partial(write_comment, version, **form.cleaned_data, actor=request.user)
        try:
            made = make_once(sent_token(request), make, actor=request.user)
        except CampaignProblem as problem:
            messages.error(request, str(problem))
        else:
            note = note_on_mail(version.review.order)
            say_made(request, f"Comment added. {note}", is_first=made.is_first)
        return _back(request, version)
    campaign = campaign_or_404(pk)
    review = review_or_404(campaign, review_pk)
    return _shown(request, campaign, review, live=review_live(review), comment_form=form)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def comment_remove(
    request: OrganizationRequest, pk: int, review_pk: int, comment_pk: int
) -> HttpResponse:
    rows = ReviewComment.objects.select_related("version__review__order")
    of_review = {"version__review__campaign": pk, "version__review": review_pk}
    comment = get_object_or_404(rows, **of_review, pk=comment_pk)
    removal = remove_comment(comment, actor=request.user)
    return _removed(request, comment.version, "Comment removed.", removal)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def version_remove(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponse:
    version = _version_or_404(request, pk, review_pk, version_pk)
    removal = remove_version(version, actor=request.user)
    return _removed(request, version, f"Version {version.number} is removed.", removal)


def _removed(
    request: OrganizationRequest, version: ReviewVersion, said: str, removal: Removal
) -> HttpResponse:
    review = version.review
    undo = address(request, "review_restore", review.campaign_id, review.pk, removal.pk)
    say_done(request, said, undo)
    return _back(request, version)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def review_restore(
    request: OrganizationRequest, pk: int, review_pk: int, removal_pk: int
) -> HttpResponse:
    """Bring back a comment or a version."""
    review = review_or_404(campaign_or_404(pk), review_pk)
    kept = Removal.objects.filter(
        influencer=review.order.account.influencer_id,
        model__in=[ReviewComment._meta.label, ReviewVersion._meta.label],
        pk=removal_pk,
    )
    bring_back(request, kept.first())
    return redirect(address(request, "review", pk, review_pk))


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def review_approve(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponse:
    version = _version_or_404(request, pk, review_pk, version_pk)
    judge = partial(approve, version, actor=request.user)
    return _judged(request, version, judge, f"Version {version.number} is approved.")


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def review_changes(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponse:
    campaign, version = campaign_or_404(pk), _version_or_404(request, pk, review_pk, version_pk)
    with editing(request, version.review.order):  # everything about its drafts takes turns
        review = review_or_404(campaign, review_pk)
        form = ChangesForm(request.POST, initial=_dated(review))
        if form.is_valid():
            judge = partial(ask_for_changes, version, **form.cleaned_data, actor=request.user)
            said = f"Changes of version {version.number} are asked for."
            return _judged(request, version, judge, said)
    return _shown(request, campaign, review, live=review_live(review), changes_form=form)


def _judged(
    request: OrganizationRequest, version: ReviewVersion, judge: Callable[[], Judged], said: str
) -> HttpResponse:
    try:
        judged = judge()
    except CampaignProblem as problem:
        messages.error(request, str(problem))
        return _back(request, version)
    if judged.mail_problem:
        messages.warning(request, judged.mail_problem)
    review = version.review
    undo = address(request, "verdict_undo", review.campaign_id, review.pk, version.pk)
    say_done(request, said, undo, of=judged.event)
    return _back(request, version)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def verdict_undo(
    request: OrganizationRequest, pk: int, review_pk: int, version_pk: int
) -> HttpResponse:
    version = _version_or_404(request, pk, review_pk, version_pk)
    event = Event.objects.filter(pk=key_in(request.POST.get(OF, "")) or 0).first()
    if event is None:
        raise Http404("No such event.")
    try:
        take_verdict_back(version, event, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The draft waits for a verdict again.")
    return _back(request, version)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def review_due(request: OrganizationRequest, pk: int, review_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    review = review_or_404(campaign, review_pk)
    with editing(request, review) as stored:
        form = DraftDueForm(request.POST, initial=_dated(stored), auto_id=DUE_ID)
        if form.is_valid():
            change_due(stored, form.cleaned_data["due_on"], actor=request.user)
            messages.success(request, "The due date is changed.")
            return redirect(address(request, "review", pk, review_pk))
    return _shown(request, campaign, review, live=review_live(review), due_form=form)


def _dated(review: Review) -> dict[str, Any]:
    return {"due_on": review.due_on}


def _back(request: OrganizationRequest, version: ReviewVersion) -> HttpResponse:
    review = version.review
    url = address(request, "review", review.campaign_id, review.pk)
    return redirect(f"{url}?v={version.number}")
