"""The queue of a program as an address asks for it: narrowed, in an order, in pages, and as the lines of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When

from crm.enums import ApplicationState, Network
from crm.models import Application, CustomField, Program, SocialAccount
from crm.policies.programs import Result
from crm.queries.fields import probe
from crm.queries.programs import (
    Applied,
    answers_of,
    applied_each,
    questions_of,
    sent_applications,
    votes_of,
    with_facts,
)
from tiktok.enums import LIVE_CONNECTION_STATES
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces, keyset_page
from ui.sheets import Cell

SEARCH_LENGTH, ROWS_AT_ONCE = 100, 500
USUAL = "-sent"
SORTS = {"name": "name", "followers": "followers", "state": "state", "sent": "submitted_at"}
CHECKS = {"followers": "Followers needed", "countries": "Audience needed", "views": "Views needed"}
RESULTS = {Result.MET: "met", Result.NOT_MET: "not met", Result.UNKNOWN: "not known"}
HEAD = (
    *("Applicant", "E-mail", "TikTok", "TikTok account", "Followers", *CHECKS.values()),
    *("State", "Sent", "Decided", "Decided by", "Votes for", "Votes against", "Other accounts"),
)


@dataclass(frozen=True)
class QueueAsked:
    """The wish that an address has of the queue. An empty part does not narrow; `sort`: of `SORTS`, `-` before a falling one."""

    state: str = ""
    search: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> QueueAsked:
        """The wish of this address; what it asks for in vain is left out."""
        state, sort = given.get("state", ""), given.get("sort", "")
        search = given.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH]
        return cls(
            state=state if state in ApplicationState else "",
            search=search,
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    @property
    def query(self) -> str:
        """The wish as a part of an address."""
        values = {"state": self.state, "q": self.search, "sort": self.sort}
        return urlencode({name: value for name, value in values.items() if value})


def narrowed(program: Program, asked: QueueAsked) -> QuerySet[Application]:
    """The applications that the wish selects, in no order."""
    rows = sent_applications(program)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.search:
        theirs = SocialAccount.objects.filter(influencer=OuterRef("influencer"))
        found = probe(theirs.filter(handle__icontains=asked.search.lstrip("@")))
        rows = rows.filter(Q(name__icontains=asked.search) | found)
    return rows


def queue(
    program: Program, asked: QueueAsked, cursor: str, *, size: int = PAGE_SIZE
) -> KeysetPage[Applied]:
    """A page of the queue; whose followers are not known stand last."""
    sort = asked.sort or USUAL
    name = sort.removeprefix("-")
    sign = sort[: -len(name)]
    by_followers = name == "followers"
    rows = narrowed(program, asked)
    page = keyset_page(
        _with_followers(rows) if by_followers else rows,
        f"{sign}{SORTS[name]}",
        f"{sign}id",
        facts=(lambda few: _with_followers(with_facts(few))) if by_followers else with_facts,
        cursor=cursor,
        size=size,
        has_unknown=by_followers,
    )
    read = applied_each(program)
    return page.of(read)


def _with_followers(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Each with the followers of the account that the queue shows: a connected one before others, then the largest."""
    theirs = SocialAccount.objects.filter(
        influencer=OuterRef("influencer"), network=Network.TIKTOK, creator__isnull=False
    )
    is_live = Case(When(creator__grant_state__in=LIVE_CONNECTION_STATES, then=Value(0)), default=Value(1))  # fmt: skip
    largest = F("creator__follower_count").desc(nulls_last=True)
    shown = theirs.order_by(is_live, largest, "pk").values("creator__follower_count")
    return rows.annotate(followers=Subquery(shown[:1]))


def queue_head(program: Program) -> list[str]:
    """The names of the columns of a file: those of each queue, then the program's questions."""
    return [*HEAD, *(field.name for field in questions_of(program))]


def queue_lines(program: Program, asked: QueueAsked) -> Iterator[list[Cell]]:
    """A line for each application that the wish selects, in its order."""
    questions = questions_of(program)
    for row in in_pieces(lambda cursor: queue(program, asked, cursor, size=ROWS_AT_ONCE)):
        yield _line(row, questions)


def _line(row: Applied, questions: list[CustomField]) -> list[Cell]:
    one, results = row.application, {check.key: RESULTS[check.result] for check in row.checks}
    votes_for, votes_against, _own = votes_of(one, 0)
    decided_by: Any = one.decided_by
    return [
        one.name,
        one.person.email,
        row.account.handle if row.account else "",
        row.kind.label if row.kind else "Not connected",
        row.followers,
        *(results.get(key, "") for key in CHECKS),
        one.get_state_display(),
        one.submitted_at,
        one.decided_at,
        (decided_by.name or decided_by.email) if decided_by else "",
        votes_for,
        votes_against,
        "; ".join(one.addresses),
        *(answer.text for answer in answers_of(one, questions)),
    ]
