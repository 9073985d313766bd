"""Texts of the organization in which somebody is named who was deleted: their names, handles and addresses are taken out.

A job reads every column of text of every table of the organization, replaces, and then reads all of them once more: it ends
when nothing is found. Texts that other creators published are theirs and stay. The job forgets whom it looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat, Left

from crm.models import SEARCHED
from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from tenancy.isolation import isolated_models
from tenancy.models import User

SEARCH = "crm.erase_texts"
GONE = "[deleted]"
# What other creators published, tokens, and marks of who wants no mail, which must outlive their rows.
NOT_SEARCHED = {
    "campaigns.NetworkPost", "mail.Address", "tenancy.Submission", "tiktok.Creator", "tiktok.CreatorSnapshot", "tiktok.Video",
    "tiktok.VideoQuarter", "tiktok.VideoSnapshot",
}  # fmt: skip


class NamedStill(RuntimeError):
    """A text names the deleted person after all of them were replaced."""


def start_search(pattern: str, *, actor: User | None) -> Job:
    """Have the texts of the organization in scope searched for this regular expression."""
    return start_job(SEARCH, {"pattern": pattern}, total=2 * len(searched()), actor=actor)


def searched() -> list[Any]:
    """The models whose texts are searched, always in the same order."""
    found = (
        model
        for model in isolated_models()
        if model._meta.label not in NOT_SEARCHED
        and model not in SEARCHED
        and getattr(model, "changeable", None) is None
        and any(_columns(model))
    )
    return sorted(found, key=lambda model: str(model._meta.label))


def _columns(model: Any) -> Iterator[models.Field[Any, Any]]:
    """The columns of free text."""
    for column in model._meta.local_concrete_fields:
        base = column.base_field if isinstance(column, ArrayField) else column
        is_text = isinstance(base, models.CharField | models.TextField | models.JSONField)
        is_free = not (base.choices or column.primary_key or column.generated)
        if is_text and is_free and not column.name.startswith("sealed_"):
            yield column


def _naming(model: Any, pattern: str) -> models.QuerySet[Any]:
    """The rows in which a text names them."""
    texts = {f"{column.name}_as_text": _text(column) for column in _columns(model)}
    named = Q(*((f"{name}__iregex", pattern) for name in texts), _connector=Q.OR)
    rows = model.objects.alias(**texts).filter(named)
    return rows.exclude(kind=SEARCH) if model is Job else rows


def _text(column: models.Field[Any, Any]) -> Any:
    return Cast(F(column.name), models.TextField())


def _replaced(column: Any, pattern: str) -> Any:
    gone: Any = Value(GONE)
    if _is_unique(column):
        number = Cast("pk", models.TextField())
        gone = Concat(Value("[deleted "), number, Value("]"), output_field=models.TextField())
    parts = (_text(column), Value(pattern), gone, Value("gi"))
    text: Any = Func(*parts, function="regexp_replace", output_field=models.TextField())
    if isinstance(column, ArrayField | models.JSONField):
        return Cast(text, column)
    return Left(text, column.max_length) if column.max_length else text


def _is_unique(column: Any) -> bool:
    rules = [r for r in column.model._meta.constraints if isinstance(r, models.UniqueConstraint)]
    named = {name for rule in rules for name in rule.fields}
    computed = {name for rule in rules for each in rule.expressions for name in _columns_of(each)}
    return column.unique or column.name in named | computed


def _columns_of(expression: Any) -> Iterator[str]:
    """The columns that an expression reads."""
    if isinstance(expression, F):
        yield str(expression.name)  # type: ignore[attr-defined]  # missing in the stubs
    else:
        for part in expression.get_source_expressions():
            yield from _columns_of(part)


def _search_slice(job: Job, _: None) -> bool:
    """One table: replaced in the first round, read again in the second. Returns whether it was the last."""
    tables, pattern = searched(), job.params["pattern"]
    is_second, place = divmod(job.cursor, len(tables))
    model = tables[place]
    rows = _naming(model, pattern)
    if not is_second:
        columns = {column.name: _replaced(column, pattern) for column in _columns(model)}
        if changed := rows.update(**columns):
            job.count("texts", changed)
    elif rows.exists():
        raise NamedStill(model._meta.label)
    job.cursor += 1
    job.done_count = job.cursor
    if job.cursor < 2 * len(tables):
        return False
    job.params = {}
    return True


register_job(
    JobKind(
        SEARCH,
        "Take a deleted creator's name out of texts",
        {"texts": "texts changed"},
        _search_slice,
        temporary=(Exception,),  # what is owed is tried until it is done
        is_owed=True,
    )
)
