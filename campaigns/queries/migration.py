"""The move off the old source as its pages and downloads tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Func, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from campaigns.enums import AccountOutcome
from campaigns.models import Campaign, MigrationPlan
from campaigns.policies.migration import LOST, account_outcome
from campaigns.queries.migration_people import accounts_with
from crm.models import SocialAccount
from tiktok.enums import LIVE_CONNECTION_STATES
from ui.paging import KeysetPage, keyset_page

PLAN_HEAD = ("Part", "Name", "Creator", "Outcome", "What to do", "Posts", "Rows", "Bytes")
AT_ONCE = 1_000
ADD_ADDRESS = "Add an e-mail address"


def latest_plan() -> MigrationPlan | None:
    """The plan that was made last, its facts unread."""
    return MigrationPlan.objects.defer("facts").order_by("pk").last()


def plan_rows(plan: MigrationPlan) -> Iterator[tuple[Any, ...]]:
    """A plan as a table: its accounts, its campaigns, and what the purge takes."""
    for outcome, ids in plan.facts["accounts"].items():
        for start in range(0, len(ids), AT_ONCE):
            yield from _account_rows(AccountOutcome(outcome), ids[start : start + AT_ONCE])
    names = dict(
        Campaign.objects.filter(pk__in=[int(key) for key in plan.facts["campaigns"]]).values_list(
            "pk", "name"
        )
    )
    for key, posts in plan.facts["campaigns"].items():
        yield ("Campaign", names.get(int(key), key), "", "Posts hidden", "", posts, "", "")
    for line in plan.lines:
        yield ("Data", line["what"], "", "Deleted", "", "", line["rows"], line["bytes"])
    kept = plan.facts["kept_posts"]
    yield ("Data", "Id and address of campaign posts", "", "Kept", "", "", kept, "")


def planned_accounts(plan: MigrationPlan, *outcomes: str) -> QuerySet[MigrationPlan, int]:
    """The ids of the accounts for which the plan foresaw one of these outcomes, for a statement: there may be a million."""
    lists = (KeyTransform(each, KeyTransform("accounts", "facts")) for each in outcomes)
    ids = Func(*lists, function="jsonb_array_elements_text", arg_joiner=" || ")
    of_plan = MigrationPlan.objects.filter(pk=plan.pk)
    return of_plan.values_list(Cast(ids, BigIntegerField()), flat=True)


@dataclass(frozen=True)
class AccountRow:
    """An account with its outcome as it is now, and what its organization can do about it."""

    account: SocialAccount
    outcome: AccountOutcome
    has_address: bool

    @property
    def is_kept(self) -> bool:
        return self.outcome not in LOST

    @property
    def what_to_do(self) -> str:
        return _what_to_do(self.outcome, has_address=self.has_address)


def accounts_page(
    outcome: str, *, without_address: bool, cursor: str | None
) -> KeysetPage[AccountRow]:
    """A page of the TikTok accounts of this outcome, or of all, by their handles."""
    rows = accounts_with(outcome, without_address=without_address)
    page = keyset_page(
        rows,
        "handle",
        "id",
        cursor=cursor,
        facts=lambda found: found.select_related("influencer", "creator"),
    )
    return page.of(_account_row)


def _account_row(account: SocialAccount) -> AccountRow:
    creator, person = account.creator, account.influencer
    assert creator is not None  # noqa: S101 -- accounts_with finds no others
    outcome = account_outcome(
        creator.marketplace_status,
        is_authenticated=creator.grant_state in LIVE_CONNECTION_STATES,
    )
    return AccountRow(account, outcome, bool(person.email or person.person_id))


def _account_rows(outcome: AccountOutcome, ids: list[int]) -> Iterator[tuple[Any, ...]]:
    rows = SocialAccount.objects.filter(pk__in=ids).select_related("influencer").order_by("pk")
    for account in rows:
        person = account.influencer
        has_address = bool(person.email or person.person_id)
        yield (
            "Account", f"@{account.handle}", str(person), outcome.label, _what_to_do(outcome, has_address=has_address),
            "", "", "",
        )  # fmt: skip


def _what_to_do(outcome: AccountOutcome, *, has_address: bool) -> str:
    if outcome not in LOST:
        return ""
    asking = "Ask to connect" if has_address else ADD_ADDRESS
    return asking if outcome == AccountOutcome.UNKNOWN else f"Invite to the marketplace. {asking}"


def plan_as_data(plan: MigrationPlan) -> dict[str, Any]:
    """A plan for machines, with its hash: SHA-256 over `facts` as JSON with sorted keys."""
    return {"made_at": plan.made_at.isoformat(), "sha256": plan.digest, "facts": plan.facts}
