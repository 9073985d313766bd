"""Texts of the organization in which somebody is named who was deleted: their names, handles and addresses are taken out.

A job reads what people wrote in every table of the organization, slice by slice, and replaces; then it reads all of them once
more: it ends when a whole reading finds nothing. Keys of JSON and technical columns are never read. Texts that other creators
published are theirs and stay. The job forgets whom it looked for.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from crm.enums import Network
from crm.models.search import Entry
from crm.policies.spellings import SPELLINGS
from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from tenancy.isolation import isolated_models
from tenancy.models import User

SEARCH = "crm.erase_texts"
GONE = "[deleted]"
SLICE = 2000  # rows of a table that are read at once
# What other creators published, tokens, marks of who wants no mail, which must outlive their rows, and what nobody wrote.
NOT_SEARCHED = {
    "campaigns.NetworkPost", "mail.Address", "tenancy.Counter", "tenancy.FormerMember", "tenancy.SingleSignOn",
    "tenancy.Submission", "tiktok.Creator", "tiktok.CreatorSnapshot", "tiktok.Video", "tiktok.VideoQuarter",
    "tiktok.VideoSnapshot",
}  # fmt: skip
# Short texts that people write; long ones and the values of JSON are read everywhere.
WRITTEN = {
    "answer", "blocks", "brand", "brand_name", "cancel_reason", "client", "contract_title", "description", "display_name",
    "file_question", "keywords", "label", "name", "options", "problem", "reason", "reason_text", "review_reason", "salutation",
    "search", "sender_name", "state_reason", "subject", "text", "title",
}  # fmt: skip
# In front of a word no other one, nor the beginning of an address; behind it neither.
BEGINS, ENDS = r"(?<!\w)(?<!\w[.+-])", r"(?!\w|[.-]\w)"


@dataclass(frozen=True)
class Sought:
    """Words to look for: whole ones (names, addresses, ids), handles that mean them alone behind an `@`, and their accounts
    (network, handle) in addresses of profiles."""

    words: list[str]
    mentions: list[str]
    accounts: list[list[str]]

    def __bool__(self) -> bool:
        return bool(self.words or self.mentions or self.accounts)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches them; in an address of a profile the group holds what stays."""
        parts = [f"{BEGINS}{re.escape(text)}{ENDS}" for text in _spelled(self.words)]
        parts += [f"{BEGINS}(?<!/)@{re.escape(handle)}{ENDS}" for handle in self.mentions]
        parts += [_profile(Network(network), handle) for network, handle in self.accounts]
        return re.compile("|".join(parts), re.IGNORECASE)

    @cached_property
    def traces(self) -> str:
        """A regular expression that every text with one of them matches, and some others."""
        behind = [f"{mark}{handle}" for _, handle in self.accounts for mark in ("/", "@", "%40")]
        mentions = [text for handle in self.mentions for text in (f"@{handle}", f'"{handle}"')]
        texts = {*_spelled(self.words), *behind, *mentions}
        return "|".join(re.escape(text) for text in sorted(texts))


def _spelled(words: Iterable[str]) -> list[str]:
    """The words as they stand in texts, in HTML and in JSON; longer ones first."""
    found: set[str] = set()
    for word in words:
        escaped = html.escape(word)
        found |= {word, escaped, escaped.replace("&#x27;", "&#39;"), html.escape(word, quote=False)}
        found |= {json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}
    return sorted(found, key=lambda text: (-len(text), text))


def _profile(network: Network, handle: str) -> str:
    spelling = SPELLINGS[network]
    hosts = "|".join(map(re.escape, spelling.hosts))
    ways = [f"{re.escape(each)}/" for each in sorted(spelling.before)]
    ways.append("(?=@|%40)" if "@{}" in spelling.profile else "")
    return rf"(?<![\w-])((?:{hosts})/(?:{'|'.join(ways)}))(?:@|%40)?{re.escape(handle)}{ENDS}"


def start_search(sought: Sought, *, actor: User | None) -> Job:
    """Have the texts of the organization in scope searched for these words."""
    return start_job(SEARCH, asdict(sought), total=2 * len(searched()), actor=actor)


def searched() -> list[Any]:
    """The models whose texts are searched, always in the same order."""
    found = (
        model
        for model in isolated_models()
        if model._meta.label not in NOT_SEARCHED
        and not issubclass(model, Entry)
        and getattr(model, "changeable", None) is None
        and any(_columns(model))
    )
    return sorted(found, key=lambda model: str(model._meta.label))


def _columns(model: Any) -> Iterator[models.Field[Any, Any]]:
    """The columns that people write."""
    for column in model._meta.local_concrete_fields:
        base = column.base_field if isinstance(column, ArrayField) else column
        is_long = isinstance(base, models.TextField | models.JSONField)
        is_written = is_long or (isinstance(base, models.CharField) and column.name in WRITTEN)
        is_free = not (base.choices or column.primary_key or column.generated)
        if is_written and is_free and not column.name.startswith("sealed_"):
            yield column


def _naming(model: Any, traces: str) -> models.QuerySet[Any]:
    """The rows in which a text may name them."""
    texts = {
        f"{column.name}_as_text": Cast(F(column.name), models.TextField())
        for column in _columns(model)
    }
    named = Q(*((f"{name}__iregex", traces) for name in texts), _connector=Q.OR)
    rows = model.objects.alias(**texts).filter(named)
    return rows.exclude(kind=SEARCH) if model is Job else rows


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


def _freed(value: Any, sought: Sought, gone: str = GONE, key: str = "") -> Any:
    """The value without them: texts, and those inside of lists and objects. `key`: under which it stands."""
    if isinstance(value, list):
        return [_freed(each, sought, gone, key) for each in value]
    if isinstance(value, dict):
        return {name: _freed(each, sought, gone, name) for name, each in value.items()}
    if not isinstance(value, str):
        return value
    if key.endswith("handle") and value.lower() in sought.mentions:
        return gone
    return sought.pattern.sub(lambda found: _before(found) + gone, value)


def _before(found: re.Match[str]) -> str:
    """The part of a found text that stays: in the address of a profile the network's."""
    return found[found.lastindex] if found.lastindex else ""


def _free(model: Any, ids: list[int], sought: Sought) -> int:
    """Take them out of these rows. Returns of how many."""
    columns = list(_columns(model))
    names = [column.name for column in columns]
    rows = _naming(model, sought.traces).filter(pk__gte=ids[0], pk__lte=ids[-1])
    count = 0
    for row in rows.select_for_update(of=("self",)).order_by("pk").values("pk", *names):
        changes = {c.name: _fitted(c, row, sought) for c in columns}
        if changed := {name: text for name, text in changes.items() if text != row[name]}:
            model.objects.filter(pk=row["pk"]).update(**changed)
            count += 1
    return count


def _fitted(column: Any, row: Mapping[str, Any], sought: Sought) -> Any:
    """The value of a column without them, no longer than it may be."""
    gone = f"[deleted {row['pk']}]" if _is_unique(column) else GONE
    text = _freed(row[column.name], sought, gone)
    if isinstance(column, ArrayField):
        most = column.base_field.max_length
        return text and [each[:most] for each in text]
    return text[: column.max_length] if isinstance(text, str) else text


def _search_slice(job: Job, _: None) -> bool:
    """Some rows of one table. Returns whether all tables were read, and nothing was found."""
    tables, sought = searched(), Sought(**job.params)
    reading, place, after, found = job.cursor or (0, 0, 0, 0)
    model = tables[place]
    rows = model.objects.filter(pk__gt=after).order_by("pk")
    if ids := list(rows.values_list("pk", flat=True)[:SLICE]):
        changed = _free(model, ids, sought)
        found += changed
        if changed:
            job.count("texts", changed)
    place, after = (place, ids[-1]) if len(ids) == SLICE else (place + 1, 0)
    job.done_count = min(reading * len(tables) + place, job.total_count)
    if place == len(tables):
        if reading and not found:
            job.params = {}
            return True
        reading, place, found = reading + 1, 0, 0
    job.cursor = [reading, place, after, found]
    return False


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
