"""Tags: words that influencers are sorted by."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, models, transaction

from crm.enums import TagColor
from crm.models import Influencer, Tag, Tagging
from crm.models.search import folded
from crm.policies.details import readable_name
from crm.services.naming import save_named
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record, record_each


@transaction.atomic
def create_tag(name: str, *, color: str = TagColor.GREY, actor: User | None) -> Tag:
    """The tag of this name, made if there is none; case and accents make no difference. Raises ValidationError."""
    name = readable_name(name)
    if (known := _tag_named(name)) is not None:
        return known
    try:
        with transaction.atomic():
            tag = Tag.objects.create(name=name, color=color)
    except IntegrityError:  # somebody else made it meanwhile
        return create_tag(name, color=color, actor=actor)
    record(Verb.TAG_CREATED, tag, actor=actor)
    return tag


def _tag_named(name: str) -> Tag | None:
    plain = folded(models.F("name"))
    return Tag.objects.alias(plain=plain).filter(plain=folded(models.Value(name))).first()


@transaction.atomic
def edit_tag(tag: Tag, *, name: str, color: str, actor: User | None) -> None:
    """Rename or recolour a tag, with everybody who has it. Raises NameTaken, ValidationError."""
    tag.name, tag.color = readable_name(name), color
    save_named(tag)
    record(Verb.TAG_CHANGED, tag, actor=actor)


@transaction.atomic
def delete_tag(tag: Tag, *, actor: User | None) -> int:
    """Delete a tag; nobody has it any more. Return how many had it."""
    if not Tag.objects.select_for_update().filter(pk=tag.pk):
        return 0
    count = Tagging.objects.filter(tag=tag).count()
    record(Verb.TAG_DELETED, tag, actor=actor, count=count)
    tag.delete()
    return count


@transaction.atomic
def tag_influencers(
    tag: Tag, influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Give influencers a tag. Return those who did not have it yet: to undo, untag these."""
    having = set(
        Tagging.objects.filter(tag=tag, influencer__in=influencers).values_list(
            "influencer_id", flat=True
        )
    )
    added = [influencer for influencer in influencers if influencer.pk not in having]
    Tagging.objects.bulk_create(
        [Tagging(tag=tag, influencer=influencer) for influencer in added], ignore_conflicts=True
    )
    record_each(Verb.INFLUENCER_TAGGED, added, actor=actor, texts={"tag": tag.name}, tag=tag.pk)
    return added


@transaction.atomic
def untag_influencers(
    tag: Tag, influencers: Sequence[Influencer], *, actor: User | None
) -> list[Influencer]:
    """Take a tag from influencers. Return those who had it: to undo, tag these."""
    rows = Tagging.objects.select_for_update().filter(tag=tag, influencer__in=influencers)
    having = set(rows.values_list("influencer_id", flat=True))
    removed = [influencer for influencer in influencers if influencer.pk in having]
    rows.delete()
    record_each(Verb.INFLUENCER_UNTAGGED, removed, actor=actor, texts={"tag": tag.name}, tag=tag.pk)
    return removed


@transaction.atomic
def merge_tag(tag: Tag, into: Tag, *, actor: User | None) -> int:
    """Give everybody who has a tag another one instead, and delete it. Return how many had it."""
    if len(Tag.objects.select_for_update().filter(pk__in=[tag.pk, into.pk]).order_by("pk")) < 2:
        return 0
    rows = Tagging.objects.select_for_update().filter(tag=tag).order_by("pk")
    having = list(rows.values_list("influencer_id", flat=True))
    Tagging.objects.bulk_create(
        [Tagging(tag=into, influencer_id=influencer) for influencer in having],
        ignore_conflicts=True,
    )
    record(Verb.TAG_DELETED, tag, actor=actor, count=len(having), into=into.pk)
    tag.delete()
    return len(having)
