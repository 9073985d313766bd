"""Notes about influencers, and the members they name."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from crm.models import Influencer, Mention, Note, Removal
from crm.services.removals.keeping import remove
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.queries import members_by_name
from tenancy.services.events import record


@transaction.atomic
def write_note(influencer: Influencer, text: str, *, author: User) -> Note:
    """Keep a note. Whoever it names with an `@` before the full name is mentioned, and finds it among their mentions."""
    note = Note.objects.create(influencer=influencer, author=author, text=text)
    _mention(note)
    record(Verb.NOTE_WRITTEN, influencer, actor=author, note=note.pk)
    return note


@transaction.atomic
def edit_note(note: Note, text: str, *, actor: User) -> None:
    """Change a note's words. Who is named anew is mentioned."""
    if text == note.text:
        return
    note.text, note.edited_at = text, timezone.now()
    note.save()
    _mention(note)
    record(Verb.NOTE_EDITED, note.influencer, actor=actor, note=note.pk)


def pin_note(note: Note, *, is_pinned: bool) -> None:
    """Keep a note above the others, or no longer."""
    Note.objects.filter(pk=note.pk).update(is_pinned=is_pinned)


def delete_note(note: Note, *, actor: User) -> Removal:
    """Delete a note with its mentions."""
    return remove(note, actor=actor, hanging=note.mentions.order_by("pk"))


def read_mentions(influencer: Influencer, reader: User) -> int:
    """The reader has seen the notes about this influencer. Return how many mentions that answers."""
    unread = Mention.objects.filter(note__influencer=influencer, user=reader, read_at=None)
    return unread.update(read_at=timezone.now())


def _mention(note: Note) -> None:
    """Keep who the note names; of two names that begin alike, the longer one is meant."""
    rest = note.text
    for name, user in sorted(members_by_name(), key=lambda pair: -len(pair[0])):
        named = re.compile(rf"@{re.escape(name)}(?!\w)", re.IGNORECASE)
        if named.search(rest):
            rest = named.sub("", rest)
            Mention.objects.get_or_create(note=note, user=user)
