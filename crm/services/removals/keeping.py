"""Deleted rows that can be brought back for thirty days: notes, tasks, files, drafts of contracts, segments, mail
templates, and what other apps register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from crm.errors import NameTakenSince
from crm.models import Removal
from crm.services.merging.keeping import Values, as_texts, from_texts, insert, missing
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

KEPT_FOR, FORGET = timedelta(days=30), "crm.removal.forget"


@dataclass(frozen=True)
class Kind:
    """A model whose rows come back: the verbs that say that one went and came, and the word for the row in events."""

    removed: Verb
    restored: Verb
    subject: str
    is_named: bool = True  # in events; a note's words are nobody's but its own


KINDS = {
    "crm.Note": Kind(Verb.NOTE_DELETED, Verb.NOTE_RESTORED, "note", is_named=False),
    "crm.Task": Kind(Verb.TASK_DELETED, Verb.TASK_RESTORED, "task"),
    "crm.Document": Kind(Verb.FILE_DELETED, Verb.FILE_RESTORED, "file"),
    "crm.Contract": Kind(Verb.CONTRACT_DELETED, Verb.CONTRACT_RESTORED, "contract"),
    "crm.MailTemplate": Kind(Verb.MAIL_TEMPLATE_DELETED, Verb.MAIL_TEMPLATE_RESTORED, "template"),
    "crm.Segment": Kind(Verb.SEGMENT_DELETED, Verb.SEGMENT_RESTORED, "segment"),
}


def register_removable(model: type[models.Model], kind: Kind) -> None:
    """Let rows of another app be removed and brought back; one about an influencer has them as `influencer`."""
    KINDS[model._meta.label] = kind


@transaction.atomic
def remove(
    row: models.Model, *, actor: User | None, hanging: Iterable[models.Model] = ()
) -> Removal:
    """Delete a row as it is stored now, and keep it. `hanging`: the rows that go along.

    Of two who delete it at once both get what the first has kept: a second copy would take the file away from a row that
    was brought back.
    """
    label = row._meta.label
    stored: Any = _locked(row)
    if stored is None:
        return Removal.objects.filter(model=label, row_id=row.pk).latest("pk")
    influencer = getattr(stored, "influencer", None)
    removal = Removal.objects.create(
        model=label,
        row_id=stored.pk,
        influencer=influencer,
        file_id=getattr(stored, "file_id", None),
        kept={
            "row": as_texts(stored),
            "hanging": [[each._meta.label, as_texts(each)] for each in hanging],
        },
        removed_by=actor,
    )
    make_due(FORGET, removal.pk, after=KEPT_FOR)
    _say(KINDS[label].removed, removal, stored, actor, removal=removal.pk)
    stored.file_id = None  # it is the removal's
    stored.delete()
    return removal


def _locked(row: models.Model) -> models.Model | None:
    rows = type(row)._default_manager.select_for_update(of=("self",))
    return rows.filter(pk=row.pk).first()


def _say(verb: Verb, removal: Removal, row: Any, actor: User | None, /, **detail: int) -> None:
    kind = KINDS[removal.model]
    texts = {kind.subject: str(row)} if kind.is_named else {}
    about = removal.influencer or row
    record(verb, about, actor=actor, texts=texts, **{kind.subject: row.pk}, **detail)


@transaction.atomic
def restore_removed(removal: Removal, *, actor: User | None) -> Any:
    """The row, back with its old id and what went along; None when somebody has brought it back already, or what it belongs to
    is gone. Whoever it names and who is gone is left out. Raises NameTakenSince."""
    locked = Removal.objects.select_for_update(of=("self",)).filter(pk=removal.pk).first()
    if locked is None:
        return None
    row = _inserted(locked)
    if row is None:
        return None
    for label, values in locked.kept["hanging"]:
        model = apps.get_model(label)
        if not missing(model, values):
            insert(from_texts(model, values))
    _say(KINDS[locked.model].restored, locked, row, actor)
    locked.file = None  # it is the row's again
    locked.delete()
    return row


def _inserted(removal: Removal) -> Any:
    model = apps.get_model(removal.model)
    values: Values = dict(removal.kept["row"])
    if removal.influencer_id:  # another one, if they were merged since
        values["influencer_id"] = str(removal.influencer_id)
    gone = missing(model, values)
    if any(not model._meta.get_field(name.removesuffix("_id")).null for name in gone):
        return None
    row = from_texts(model, {**values, **dict.fromkeys(gone)})
    try:
        with transaction.atomic():
            insert(row)
    except IntegrityError as problem:
        raise NameTakenSince(str(row)) from problem
    return row


def _forget(removal_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Delete what nobody has brought back, with its files."""
    Removal.objects.filter(pk__in=removal_ids).delete()
    return dict.fromkeys(removal_ids)


register_kind(WorkKind(FORGET, Lane.BULK, _forget, batch=100))
