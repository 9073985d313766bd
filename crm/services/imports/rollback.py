"""Taking an import back: who was added goes, who was updated gets the earlier values; what changed since stays.

Whatever hangs on an influencer that the import did not bring keeps them: a note, a campaign, a task. The tables that can
hold such a thing are read from the models, so one of tomorrow counts, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate, Network
from crm.models import (
    SEARCHED,
    AccessEntry,
    AccountReading,
    AwaitedAccount,
    BulkResult,
    CustomValue,
    Duplicate,
    Import,
    ImportRow,
    Influencer,
    ListEntry,
    Merge,
    OtherAddress,
    Rate,
    Removal,
    SocialAccount,
    Tagging,
)
from crm.queries.hanging import words_of
from crm.services.forgetting import forgetting
from crm.services.imports import states
from crm.services.imports.matching import TIKTOK
from crm.services.imports.meaning.catalog import ACCOUNT, CUSTOM, RATE, SETS
from crm.services.imports.meaning.mapping import is_reading
from crm.signals import removing
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each
from tiktok.queries import active_consents
from tiktok.services.creators.removal import remove_creators

ACCESS = "+dashboard access"

# Rows that come and go with an influencer or an account, and say nothing about somebody having worked with them.
UNHEEDED = (*SEARCHED, AccessEntry, ImportRow, AwaitedAccount, Duplicate, BulkResult, Removal)
# Rows whose values are compared with those of the import, one by one.
COMPARED = (Tagging, ListEntry, OtherAddress, CustomValue, Rate, SocialAccount)
Work = Mapping[int, Counter[str]]  # by influencer or account: rows of each kind that hang there


@dataclass
class Verdict:
    """The effect of a roll-back on a row: fields that return, accounts that go, what stays and why."""

    row: ImportRow
    returning: dict[str, Any] = field(default_factory=dict)
    accounts: list[SocialAccount] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def is_removed(self) -> bool:
        return self.row.fate == ImportFate.NEW and not self.kept

    @property
    def is_returned(self) -> bool:
        """Does somebody who was here before get anything back?"""
        has_readings = any(is_reading(key) for key in self.row.changes)
        return self.row.fate != ImportFate.NEW and bool(
            self.returning or self.accounts or has_readings
        )


@dataclass(frozen=True)
class Found:
    """An influencer as they are now: values by field, accounts, and what hangs on them and on each account."""

    state: Mapping[str, Any]
    accounts: Sequence[SocialAccount]
    work: Counter[str]
    account_work: Work


def rows_to_take_back(parent: Import) -> models.QuerySet[ImportRow]:
    """The written rows, the last one first; of unchanged influencers those that may have brought a TikTok account."""
    is_written = models.Q(fate__in=[ImportFate.NEW, ImportFate.UPDATE])
    is_asked = models.Q(fate=ImportFate.UNCHANGED) & ~models.Q(tiktok_handle="")
    rows = ImportRow.objects.filter(is_written | is_asked, parent=parent, rolled_back_at=None)
    return rows.exclude(written_at=None).order_by("-number")


def verdicts(rows: Sequence[ImportRow]) -> list[Verdict]:
    """The effects that a roll-back of these rows would have now."""
    ids = [row.about_id for row in rows]
    current = states.load(ids, _all_keys())
    accounts: dict[int, list[SocialAccount]] = defaultdict(list)
    for account in SocialAccount.objects.filter(influencer_id__in=ids).order_by("pk"):
        accounts[account.influencer_id].append(account)
    parents = {row.parent_id for row in rows}
    account_ids = [each.pk for mine in accounts.values() for each in mine]
    account_work = _hanging(SocialAccount, account_ids, parents)
    new = [row.about_id for row in rows if row.fate == ImportFate.NEW]
    work = _hanging(Influencer, new, parents)
    present = states.references()
    found = {
        pk: Found(current[pk], accounts[pk], work.get(pk, Counter()), account_work) for pk in ids
    }
    return [
        _of_new(row, found[row.about_id])
        if row.fate == ImportFate.NEW
        else _of_known(row, found[row.about_id], present)
        for row in rows
    ]


def _all_keys() -> set[str]:
    accounts = (f"{ACCOUNT}{network}" for network in Network)
    custom = (f"{CUSTOM}{key}" for key in states.custom_fields())
    return {*states.COLUMNS, *SETS, *accounts, *custom, RATE}


def _of_new(row: ImportRow, found: Found) -> Verdict:
    """The verdict on an influencer whom the import has added: who is not as it made them, to the last tag, stays."""
    imported = {"name": row.label} | {
        key: value for key, value in row.values.items() if not is_reading(key) and key != TIKTOK
    }
    kept = {
        key: found.state.get(key)
        for key in {*imported, *found.state} - {TIKTOK}
        if _comparable(key, found.state.get(key)) != _comparable(key, imported.get(key))
    }
    on_tiktok = [each for each in found.accounts if each.network == Network.TIKTOK]
    if [each.pk for each in on_tiktok] != ([row.added_account] if row.added_account else []):
        kept[TIKTOK] = [each.handle for each in on_tiktok]
    work = Counter(found.work)
    for account in found.accounts:
        work.update(found.account_work.get(account.pk, {}))
    return Verdict(row, kept=kept | dict(work))


def _comparable(key: str, value: Any) -> Any:
    """A value such that those which mean the same are equal."""
    if states.is_set(key):
        return set(value if isinstance(value, list) else [value] if value else [])
    return None if value in ("", []) else value


def _of_known(row: ImportRow, found: Found, present: states.References) -> Verdict:
    """The verdict on an influencer who was here before: values that nobody has changed since return, unless they refer to what is gone."""
    verdict = Verdict(row)
    for key, (before, after) in row.changes.items():
        if is_reading(key):
            continue  # the import's readings go as a whole
        now = found.state.get(key)
        added = set(after) - set(before) if states.is_set(key) else set()
        if key.startswith(ACCOUNT):
            network = key.removeprefix(ACCOUNT)
            mine = [a for a in found.accounts if a.network == network and a.handle in added]
            _part_with(verdict, key, mine, found)
        elif states.is_set(key):
            verdict.returning[key] = [each for each in now or () if each not in added]
        elif now == after and not present.problem(key, before):
            verdict.returning[key] = before
        else:
            verdict.kept[key] = now
    brought = [each for each in found.accounts if each.pk == row.added_account]
    _part_with(verdict, TIKTOK, brought, found)
    return verdict


def _part_with(verdict: Verdict, key: str, accounts: Iterable[SocialAccount], found: Found) -> None:
    """Accounts go again, but for those that somebody has worked with since."""
    for account in accounts:
        if found.account_work.get(account.pk):
            verdict.kept[key] = [*verdict.kept.get(key, ()), account.handle]
        else:
            verdict.accounts.append(account)


def _hanging(owner: Any, ids: Sequence[int], parents: Collection[int]) -> dict[int, Counter[str]]:
    """By influencer or account how many rows of each kind hang on them that these imports did not bring."""
    found: dict[int, Counter[str]] = {}
    for relation in owner._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if model in UNHEEDED or model in COMPARED or not name:
            continue
        rows = model.objects.filter(**{f"{name}__in": ids})
        if model is AccountReading:
            rows = rows.exclude(imported_by__in=parents)
        if model is Merge:
            rows = rows.filter(undone_at=None)
        counts = rows.values_list(f"{name}_id").annotate(count=models.Count("pk")).order_by()
        for pk, count in counts:
            found.setdefault(pk, Counter())[f"+{words_of(model, 2)}"] += count
    for pk in _permitted(owner, ids):
        found.setdefault(pk, Counter())[ACCESS] += 1
    return found


def _permitted(owner: Any, ids: Sequence[int]) -> Iterable[int]:
    """Influencers who sign in, and accounts whose owner has connected them."""
    if owner is Influencer:
        return (
            Influencer.objects.filter(pk__in=ids).exclude(person=None).values_list("pk", flat=True)
        )
    creators = active_consents().values("creator_id")
    return SocialAccount.objects.filter(pk__in=ids, creator__in=creators).values_list(
        "pk", flat=True
    )


def take_back(parent: Import, rows: Sequence[ImportRow], *, actor: User | None) -> dict[str, int]:
    """Roll these rows back in the transaction of the caller. How many went, returned and stayed. Raises CrmProblem."""
    found = verdicts(_locked(rows))
    remove_influencers(parent, [v.row.about_id for v in found if v.is_removed], actor)
    _return(parent, [v for v in found if v.row.fate != ImportFate.NEW], actor)
    now = timezone.now()
    stayed = [verdict.row for verdict in found if not verdict.is_removed]
    for verdict in found:
        verdict.row.kept, verdict.row.rolled_back_at = verdict.kept, now
    ImportRow.objects.bulk_update(stayed, ["kept", "rolled_back_at"], batch_size=500)
    return {
        "removed": len(found) - len(stayed),
        "returned": sum(verdict.is_returned for verdict in found),
        "kept": sum(bool(verdict.kept) for verdict in found),
    }


def _locked(rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows whose influencers are still there. Whoever edits one of these, or adds something to them, waits for the end."""
    ids = [row.about_id for row in rows]
    people = Influencer.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    present = set(people.values_list("pk", flat=True))
    accounts = SocialAccount.objects.select_for_update().filter(influencer_id__in=present)
    list(accounts.order_by("pk").values_list("pk", flat=True))
    return [row for row in rows if row.about_id in present]


def _return(parent: Import, found: Sequence[Verdict], actor: User | None) -> None:
    states.save({v.row.about_id: v.returning for v in found if v.returning}, {}, parent)
    _remove_accounts([account for verdict in found for account in verdict.accounts], actor)
    ids = [verdict.row.about_id for verdict in found]
    AccountReading.objects.filter(imported_by=parent, account__influencer_id__in=ids).delete()
    AwaitedAccount.objects.filter(imported_by=parent, influencer_id__in=ids).delete()
    returned = [verdict.row.about_id for verdict in found if verdict.is_returned]
    influencers = list(Influencer.objects.filter(pk__in=returned))
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_IMPORT_UNDONE, influencers, actor=actor, texts=texts, file_import=parent.pk
    )


def _remove_accounts(accounts: Sequence[SocialAccount], actor: User | None) -> None:
    for account in accounts:
        removing.send(SocialAccount, account=account)
    SocialAccount.objects.filter(pk__in=[account.pk for account in accounts]).delete()
    creators = [account.creator_id for account in accounts if account.creator_id]
    if creators:
        remove_creators(creators, actor=actor)


def remove_influencers(parent: Import, ids: Sequence[int], actor: User | None) -> None:
    """Delete influencers whom an import has added, with their accounts."""
    accounts = SocialAccount.objects.filter(influencer_id__in=ids)
    creators = [pk for pk in accounts.values_list("creator_id", flat=True) if pk]
    influencers = Influencer.objects.filter(pk__in=ids)
    texts = {"file": parent.name}
    record_each(
        Verb.INFLUENCER_DELETED, list(influencers), actor=actor, texts=texts, file_import=parent.pk
    )
    with forgetting(ids):
        influencers.delete()
    remove_creators(creators, actor=actor)


def note_verdicts(rows: Sequence[ImportRow]) -> int:
    """Keep on each row what a roll-back would keep, for its preview. How many rows have something."""
    found = verdicts(rows)
    for verdict in found:
        verdict.row.kept = verdict.kept
    ImportRow.objects.bulk_update(rows, ["kept"], batch_size=500)
    return sum(bool(verdict.kept) for verdict in found)
