"""Tags: renamed, recoloured, merged and deleted."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from crm.errors import NameTaken
from crm.forms import MergeTagForm, TagForm
from crm.models import Tag, Tagging
from crm.queries.packing import COUNTED, length
from crm.services.bulk.dissolving import DELETE_TAG, MERGE_TAG, Merging
from crm.services.collections.tags import edit_tag
from crm.views.dissolving import dissolve, dissolved_before
from crm.views.frame import address, allowances, form_answer, refuse_name
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.editing import editing
from ui.paging import keyset_page
from ui.redirects import go_to


@staff_page(Permission.READ)
def tags_page(request: OrganizationRequest) -> HttpResponse:
    """The tags by name, with how many influencers have each."""
    of_tag = Tagging.objects.filter(tag=OuterRef("pk"))
    page = keyset_page(
        Tag.objects.all(),
        "name",
        "id",
        facts=lambda rows: rows.annotate(count=length(of_tag, COUNTED + 1)),
        cursor=request.GET.get("cursor", ""),
    )
    return render(
        request,
        "staff/crm/settings/tags.html",
        {**allowances(request), "page": page, "counted": COUNTED},
    )


@staff_page(Permission.EDIT_TAGS)
def change(request: OrganizationRequest, tag_pk: int) -> HttpResponse:
    """Another name, another colour, for everybody who has the tag."""
    with editing(request, _found(tag_pk)) as tag:
        form = TagForm(request.POST if request.method == "POST" else None, tag=tag)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            try:
                edit_tag(tag, actor=request.user, **form.cleaned_data)
            except (NameTaken, ValidationError) as problem:
                refuse_name(form, problem)
                is_saved = False
    if is_saved:
        messages.success(request, "Tag saved.")
        return go_to(request, address(request, "tags"))
    return _answer(request, form, "Edit tag", "Save tag")


@staff_page(Permission.EDIT_TAGS)
def merge(request: OrganizationRequest, tag_pk: int) -> HttpResponse:
    """Put another tag in the place of this one, everywhere."""
    tag = Tag.objects.filter(pk=tag_pk).first()
    if tag is None:
        return _gone(request, tag_pk)
    form = MergeTagForm(request.POST if request.method == "POST" else None, tag=tag)
    if request.method == "POST" and form.is_valid():
        merging = Merging(tag, form.cleaned_data["into"])

        def said(count: int) -> str:
            many = ngettext("%d creator has", "%d creators have", count) % count
            return f"{many} the tag “{isolated(merging.into)}” now."

        return dissolve(request, MERGE_TAG, merging.choice, _having(tag), said, back="tags")
    return _answer(request, form, f"Merge “{isolated(tag)}” into another tag", "Merge tags")


@staff_page(Permission.EDIT_TAGS)
def delete(request: OrganizationRequest, tag_pk: int) -> HttpResponse:
    """Delete a tag, once it was said how many have it."""
    tag = Tag.objects.filter(pk=tag_pk).first()
    if tag is None:
        return _gone(request, tag_pk)
    if request.method == "POST":

        def said(count: int) -> str:
            many = ngettext("%d creator had it.", "%d creators had it.", count) % count
            return f"The tag “{isolated(tag)}” is deleted. {many}"

        return dissolve(request, DELETE_TAG, str(tag.pk), _having(tag), said, back="tags")
    return form_answer(
        request,
        "settings/delete_tag",
        title=f"Delete “{isolated(tag)}”",
        back=address(request, "tags"),
        tag=tag,
        count=_having(tag),
        action=request.path,
    )


def _gone(request: OrganizationRequest, tag_pk: int) -> HttpResponse:
    return dissolved_before(request, [DELETE_TAG, MERGE_TAG], tag_pk, "tag", back="tags")


def _having(tag: Tag) -> int:
    return Tagging.objects.filter(tag=tag).count()


def _found(tag_pk: int) -> Tag:
    return get_object_or_404(Tag, pk=tag_pk)


def _answer(
    request: OrganizationRequest, form: TagForm | MergeTagForm, title: str, verb: str
) -> HttpResponse:
    return form_answer(
        request,
        "settings/form",
        title=title,
        back=address(request, "tags"),
        form=form,
        action=request.path,
        verb=verb,
    )
