"""Things that a merge keeps for thirty days so that it can be undone: rows as texts, and what became of them.

merged    the influencers that went
target    id, and the columns that changed: before, after
moved     relation, id, from whom, a digest of the row, and a number it was given: [column, before, after]
removed   relation and row: two of the same
created   relation, id, digest
own       of each relation, the ids that hung on the target afterwards
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import models

from crm.models import Influencer, Merge
from crm.models.influencers import MAIN_NUMBERS
from crm.models.merging import UNDO_FOR
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind

FORGET = "crm.merge.forget"
Values = dict[str, Any]


def as_texts(row: models.Model) -> Values:
    """The columns of a row, each as its text, exactly; None stays None. Without those that the database keeps itself."""
    kept = MAIN_NUMBERS if isinstance(row, Influencer) else frozenset()
    return {
        field.attname: None if field.value_from_object(row) is None else field.value_to_string(row)
        for field in row._meta.local_concrete_fields
        if not field.generated and field.name not in kept
    }


def from_texts(model: type[models.Model], values: Mapping[str, Any]) -> Any:
    """The row that `as_texts` was made of, not saved. Columns that are gone are left out."""
    known = {field.attname: field for field in model._meta.local_concrete_fields}
    return model(
        **{name: known[name].to_python(text) for name, text in values.items() if name in known}
    )


def missing(model: type[models.Model], values: Mapping[str, Any]) -> list[str]:
    """The columns that refer to a row that is gone."""
    return [
        field.attname
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey)
        and values.get(field.attname) is not None
        and not field.related_model._default_manager.filter(pk=values[field.attname]).exists()
    ]


def digest(row: models.Model, *but: str) -> str:
    """A hash of a row's columns without these, by which an edit is noticed."""
    values = {name: text for name, text in as_texts(row).items() if name not in but}
    return hashlib.blake2b(json.dumps(values, sort_keys=True).encode(), digest_size=8).hexdigest()


def insert(row: models.Model) -> None:
    """Write a row with its old id and times, as it was."""
    models.Model.save_base(row, raw=True, force_insert=True)


def forget_later(merge: Merge) -> None:
    """Let what undoing needs go after thirty days."""
    make_due(FORGET, merge.pk, after=UNDO_FOR)


def forget_kept(merge_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Empty what these merges keep. That they happened is kept: old addresses of pages lead on."""
    Merge.objects.filter(pk__in=merge_ids).update(kept={}, differences=[])
    return dict.fromkeys(merge_ids)


register_kind(WorkKind(FORGET, Lane.BULK, forget_kept, batch=100))
