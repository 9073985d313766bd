"""Reads of programs and applications: the queue with the account's numbers and the requirements beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q, QuerySet

from crm.enums import ApplicationState, Network
from crm.models import (
    Application,
    CustomField,
    ImportRow,
    Influencer,
    Program,
    SocialAccount,
)
from crm.policies.fields import shown_value, typed_value
from crm.policies.programs import Check, Fact, checks
from files.models import File
from files.queries import current_logo
from tenancy.models import User
from tenancy.scope import groups_scope
from tiktok.enums import LIVE_CONNECTION_STATES, AccountKind, AccountMetric
from tiktok.policies import account_kind
from tiktok.queries import MetricValue, account_metrics, audience_bars, is_released

ASKED = (
    AccountMetric.FOLLOWER_COUNT,
    AccountMetric.AUDIENCE_COUNTRIES,
    AccountMetric.AVERAGE_VIEWS,
)
AUDIENCE = (
    AccountMetric.AUDIENCE_COUNTRIES,
    AccountMetric.AUDIENCE_GENDERS,
    AccountMetric.AUDIENCE_AGES,
)
NO_ACCOUNT = "The TikTok account is not connected any more."
MOST_BARS = 4


@dataclass(frozen=True)
class Applied:
    """An application as the queue shows it. `account` is None where the TikTok account is gone or not seen."""

    application: Application
    account: SocialAccount | None
    kind: AccountKind | None
    checks: list[Check]

    @property
    def is_connected(self) -> bool:
        """Is the account authenticated for the organization?"""
        return self.account is not None and _is_live(self.account)

    @property
    def followers(self) -> int | None:
        return (
            self.account.creator.follower_count if self.account and self.account.creator else None
        )


@dataclass(frozen=True)
class Answer:
    """A question and its answer, in words."""

    question: str
    text: str


@dataclass(frozen=True)
class Audience:
    """One distribution of the account's audience; `reason` where it is not known."""

    label: str
    bars: list[dict[str, Any]]
    reason: str
    metric: MetricValue


def with_counts(rows: QuerySet[Program]) -> QuerySet[Program]:
    """Programs, each with how many applications wait (`new_count`) and are accepted (`accepted_count`)."""
    new, accepted = ApplicationState.SUBMITTED, ApplicationState.ACCEPTED
    return rows.select_related("group").annotate(
        new_count=Count("applications", filter=Q(applications__state=new)),
        accepted_count=Count("applications", filter=Q(applications__state=accepted)),
    )


def program_at(key: str) -> Program | None:
    """The program of this key."""
    rows = Program.objects.select_related("group__branding__logo", "organization")
    return rows.filter(key=key).first()


def program_logo(program: Program) -> File | None:
    """The logo of the program's group, else of the organization."""
    branding = getattr(program.group, "branding", None)
    return (branding.logo if branding else None) or current_logo()


def own_application(program: Program, person: User) -> Applied | None:
    """The person's own application, with their account checked."""
    rows = with_facts(Application.objects.filter(program=program, person=person))
    application = rows.first()
    return applied(application, program) if application else None


def undecided_applications(influencer: Influencer) -> QuerySet[Application]:
    """Applications of the influencer that nobody has decided on, with their programs; no draft for a closed one."""
    waiting = Q(state__in=[ApplicationState.SUBMITTED, ApplicationState.ASKED_BACK])
    draft = Q(state=ApplicationState.STARTED, program__is_open=True)
    rows = Application.objects.filter(waiting | draft, influencer=influencer)
    return rows.select_related("program__organization").order_by("saved_at")


def accepted_count(program: Program) -> int:
    """The number of places that are taken."""
    return Application.objects.filter(program=program, state=ApplicationState.ACCEPTED).count()


def state_counts(program: Program) -> dict[str, int]:
    """The number of applications in each state; drafts, which nobody has sent, are nobody's business."""
    rows = sent_applications(program).order_by().values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in rows}


def sent_applications(program: Program) -> QuerySet[Application]:
    """The applications to a program that were sent."""
    return Application.objects.filter(program=program).exclude(submitted_at=None)


def questions_of(program: Program) -> list[CustomField]:
    """The custom fields that the program asks, in their order, without archived ones."""
    asked = CustomField.objects.filter(questions__program=program, archived_at=None)
    return list(asked.order_by("position", "pk"))


def with_facts(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Applications with their accounts and votes."""
    accounts = SocialAccount.objects.filter(network=Network.TIKTOK).select_related("creator")
    return rows.select_related("influencer", "person", "decided_by").prefetch_related(
        Prefetch("influencer__accounts", accounts, to_attr="tiktok_accounts"),
        Prefetch("votes"),
    )


def applied(application: Application, program: Program) -> Applied:
    """An application that was read by `with_facts`, checked against the program."""
    return _applied(application, program, is_released=is_released())


def applied_each(program: Program) -> Callable[[Application], Applied]:
    """`applied`, for one application after the other."""
    released = is_released()
    return lambda application: _applied(application, program, is_released=released)


def _applied(application: Application, program: Program, *, is_released: bool) -> Applied:
    influencer = application.influencer
    account = _main(influencer.tiktok_accounts) if influencer else None  # type: ignore[attr-defined]
    if account is None or account.creator is None:
        unknown = Fact(reason=NO_ACCOUNT)
        return Applied(application, None, None, checks(program, unknown, unknown, unknown))
    kind = account_kind(
        account.creator.marketplace_status,
        is_authenticated=_is_live(account),
        is_released=is_released,
    )
    facts = [_fact(each) for each in account_metrics(account.creator, kind, ASKED)]
    return Applied(application, account, kind, checks(program, *facts))


def _main(accounts: Iterable[SocialAccount]) -> SocialAccount | None:
    """The account with most followers among those that are connected; without one, among all."""

    def rank(account: SocialAccount) -> tuple[bool, int]:
        return (_is_live(account), account.creator.follower_count or 0)  # type: ignore[union-attr]

    return max(accounts, key=rank, default=None)


def _is_live(account: SocialAccount) -> bool:
    return account.creator is not None and account.creator.grant_state in LIVE_CONNECTION_STATES


def _fact(metric: MetricValue) -> Fact:
    return Fact(metric.value, metric.reason)


def votes_of(application: Application, member_id: int) -> tuple[int, int, bool | None]:
    """The numbers of votes for it and against it, and the member's own vote."""
    votes = list(application.votes.all())
    own = next((vote.is_for for vote in votes if vote.member_id == member_id), None)
    return sum(vote.is_for for vote in votes), sum(not vote.is_for for vote in votes), own


def audience_of(row: Applied) -> list[Audience]:
    """The audience of the account: countries, genders and ages."""
    if row.account is None or row.account.creator is None or row.kind is None:
        return []
    return [
        Audience(metric.label, audience_bars(metric)[:MOST_BARS], metric.reason, metric)
        for metric in account_metrics(row.account.creator, row.kind, AUDIENCE)
    ]


def answers_of(application: Application, questions: Sequence[CustomField]) -> list[Answer]:
    """The questions with what was answered, empty where nothing was."""
    return [
        Answer(field.name, _shown(field, application.answers.get(str(field.pk), "")))
        for field in questions
    ]


def _shown(field: CustomField, given: Any) -> str:
    try:
        typed = typed_value(field.kind, field.options, given)
    except ValidationError:  # a choice that is no longer one is shown as it was made
        return "; ".join(given) if isinstance(given, list) else given
    return shown_value(field.kind, typed) if typed else ""


def known_as_applicants(influencer_ids: Collection[int]) -> set[int]:
    """The influencers among these who are here by an application alone: never taken in, and named by no import."""
    with groups_scope(None):
        new = Application.objects.filter(influencer__in=influencer_ids, is_new=True)
        hidden = set(new.exclude(influencer__archived_at=None).values_list("influencer", flat=True))
        rows = ImportRow.objects.filter(influencer__in=hidden)
        return hidden - set(rows.values_list("influencer", flat=True))
