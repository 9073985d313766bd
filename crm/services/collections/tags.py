"""Tags: words that influencers are sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from crm.enums import TagColor
from crm.models import Influencer, Tag, Tagging
from crm.models.search import folded
from crm.models.tags import NAME_LENGTH
from crm.services.merging.keeping import Values, as_texts
from crm.services.naming import bring_back, save_named
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record, record_each
from ui.names import readable_name


@transaction.atomic
def create_tag(name: str, *, color: str = TagColor.GREY, actor: User | None) -> Tag:
    """The tag of this name, made if there is none; case and accents make no difference. Raises ValidationError."""
    name = readable_name(name, longest=NAME_LENGTH)
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
    tag.name, tag.color = readable_name(name, longest=NAME_LENGTH), color
    save_named(tag)
    record(Verb.TAG_CHANGED, tag, actor=actor)


@transaction.atomic
def delete_tag(tag: Tag, *, actor: User | None, had: int = 0, into: Tag | None = None) -> Values:
    """Delete a tag, and take it from whoever has it still. `had`: how many had it before; `into`: the tag that they have
    instead. Return what `restore_tag` needs; nothing when it is gone already."""
    locked = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if locked is None:
        return {}
    having = list(Influencer.objects.filter(taggings__tag=locked).order_by("pk"))
    count = had + len(untag_influencers(locked, having, actor=actor))
    detail: dict[str, Any] = {"into": into.pk} if into else {}
    record(Verb.TAG_DELETED, locked, actor=actor, count=count, **detail)
    kept = as_texts(locked)
    locked.delete()
    return kept


@transaction.atomic
def restore_tag(kept: Values, *, actor: User | None) -> Tag:
    """A deleted tag, which nobody has yet. Raises NameTakenSince."""
    tag: Tag = bring_back(Tag, kept)
    record(Verb.TAG_RESTORED, tag, actor=actor)
    return tag


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
