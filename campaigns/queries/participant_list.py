"""The influencers of a campaign as its list shows them: each person once with the accounts that take part, searched, narrowed
and sorted as the address says, and as lines of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.enums import ParticipantState
from campaigns.models import Campaign, Participant
from campaigns.queries.accounts import AccountRow, names_of, participant_row, with_account
from campaigns.queries.narrowing import (
    ROWS_AT_ONCE,
    called,
    day_in,
    keys_of,
    query_of,
    search_in,
    sort_in,
)
from campaigns.queries.order_dates import PAST, due_participants
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from crm.queries.fields import probe
from tenancy.composed import ROW, ComposedPages
from tiktok.enums import LIVE_CONNECTION_STATES, MarketplaceStatus
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces, is_among, is_one_of, keyset_page
from ui.sheets import Cell

SORTS = {"name": "name_rank", "due": "due_rank", "updated": "updated_rank"}
MONEY_SORTS = {"fee": "fee_rank"}
NO_FEE, NO_FEE_LAST = Decimal(-1), Decimal(10**10)


@dataclass(frozen=True)
class ParticipantsAsked:
    """The list as its address asks for it. `state`: of `ParticipantState`; `due`: past, or the day on which something is due
    of somebody whose orders have no date of their own; `network`: of `Network`."""

    search: str = ""
    state: str = ""
    network: str = ""
    due: date | str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str], *, sees_money: bool) -> ParticipantsAsked:
        """The part of the address that is known; the rest is left out, orders by money for those who do not see any, too."""
        state, network = given.get("state", ""), given.get("network", "")
        return cls(
            search_in(given),
            state if state in ParticipantState else "",
            network if network in Network else "",
            PAST if given.get("due") == PAST else day_in(given, "due") or "",
            sort_in(given, SORTS | MONEY_SORTS if sees_money else SORTS),
        )

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        return query_of(self)

    @property
    def is_narrowed(self) -> bool:
        return self != ParticipantsAsked(sort=self.sort)


@dataclass(frozen=True)
class PersonRow:
    """An influencer of the campaign with the accounts that take part, the one that decides the place in the list first."""

    influencer: Influencer
    rows: list[AccountRow]

    @property
    def names(self) -> str:
        return names_of([row.account for row in self.rows])


def narrowed_participants(campaign: Campaign, asked: ParticipantsAsked) -> QuerySet[Participant]:
    """The campaign's participants that the list asks for, in no order."""
    rows = Participant.objects.filter(campaign=campaign)
    if asked.due == PAST:
        rows = due_participants(campaign).filter(due_on__lt=timezone.now().date())
    elif asked.due:
        rows = due_participants(campaign).filter(due_on=asked.due)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.network:
        rows = rows.filter(account__network=asked.network)
    return called(rows, "account", asked.search)


def participants_page(
    campaign: Campaign,
    asked: ParticipantsAsked,
    cursor: str | None = "",
    *,
    released: bool,
    size: int = PAGE_SIZE,
    is_strict: bool = False,
) -> KeysetPage[PersonRow]:
    """A page of the people who take part, latest added first unless another order is asked for. `is_strict`: as in
    `keyset_page`."""
    rows = narrowed_participants(campaign, asked)
    if asked == ParticipantsAsked() and size == PAGE_SIZE:
        page = _LATEST.page(campaign.pk, cursor=cursor)
    else:
        keys = keys_of(asked.sort, SORTS | MONEY_SORTS) if asked.sort else ("-id",)
        page = keyset_page(
            _first_of_each(_ranked(rows, asked.sort), *keys),
            *keys,
            facts=lambda found: _ranked(_with_person(found), asked.sort),
            cursor=cursor,
            size=size,
            is_strict=is_strict,
        )
    people = _people(rows, page.rows, released)
    here = [row for row in page.rows if row.pk in people]  # the others left between the two queries
    return replace(page, rows=here).of(lambda row: people[row.pk])


def _ranked(participants: QuerySet[Participant], sort: str) -> QuerySet[Participant]:
    """Participants that know what they are sorted by; what is not known is last."""
    is_falling = sort.startswith("-")
    if sort.endswith("fee"):
        return participants.annotate(
            fee_rank=Coalesce("fee", NO_FEE if is_falling else NO_FEE_LAST)
        )
    if sort.endswith("due"):
        day = date.min if is_falling else date.max
        return participants.annotate(due_rank=Coalesce("due_on", Value(day)))
    if sort.endswith("updated"):
        year = 1 if is_falling else 9999
        last = Value(datetime(year, 1, 1, tzinfo=UTC))
        return participants.annotate(updated_rank=Coalesce(_updated_at(), last))
    if sort.endswith("name"):
        return participants.annotate(name_rank=F("account__influencer__sort_name"))
    return participants


def _updated_at() -> Case:
    """Annotation of participants: when TikTok was read for their account, as their row says (`account_sync`)."""
    creator = "account__creator"
    is_tracked = Q(**{f"{creator}__marketplace_status": MarketplaceStatus.IN})
    is_tracked |= Q(**{f"{creator}__grant_state__in": LIVE_CONNECTION_STATES})
    asked_at = F(f"{creator}__marketplace_checked_at")
    read_at = Coalesce(f"{creator}__profile_fetched_at", asked_at)
    return Case(When(is_tracked, then=read_at), default=asked_at)


def _first_of_each(rows: QuerySet[Participant], *keys: str) -> QuerySet[Participant]:
    """Keep one participant of each person: the one that comes first in the order of these keys."""
    before, equal = Q(), Q()
    for key in keys:
        name = key.removeprefix("-")
        before |= equal & Q((f"{name}__{'gt' if key.startswith('-') else 'lt'}", OuterRef(name)))
        equal &= Q((name, OuterRef(name)))
    # By the account, not by its influencer: a page that joins before it is cut reads the whole campaign.
    same = rows.filter(before, account__influencer__accounts=OuterRef("account"))
    return rows.filter(~probe(same))


def _with_person(participants: QuerySet[Participant]) -> QuerySet[Participant]:
    return participants.annotate(person_id=F("account__influencer"))


def _newest_of_each(campaign_id: int) -> QuerySet[Participant]:
    return _first_of_each(Participant.objects.filter(campaign_id=campaign_id), "-id")


_LATEST = ComposedPages(Participant, _newest_of_each, ("-id",), _with_person, [ROW])


def _people(rows: QuerySet[Participant], firsts: list[Any], released: bool) -> dict[int, PersonRow]:
    """The people of these participants by the participant's key, with all of their accounts that the list has."""
    ids = [first.person_id for first in firsts]
    accounts = SocialAccount.objects.filter(is_one_of("influencer_id", ids))
    theirs = rows.filter(is_among(accounts.values("pk"), "account_id"))
    by_person = defaultdict(list)
    for participant in with_account(theirs).order_by("-pk"):
        row = participant_row(participant, released)
        by_person[participant.account.influencer_id].append(row)
    return {
        first.pk: _person(by_person[first.person_id], first.pk)
        for first in firsts
        if by_person[first.person_id]
    }


def _person(rows: list[AccountRow], first: int) -> PersonRow:
    in_order = sorted(rows, key=lambda row: row.participant is None or row.participant.pk != first)
    return PersonRow(in_order[0].account.influencer, in_order)


# --- files ---------------------------------------------------------------------------------------------------------
HEAD = ["Influencer", "Account", "Network", "State", "Due", "Labels", "Updated", "Added"]
MONEY_HEAD = ["Fee", "Currency"]


def participants_head(*, sees_money: bool) -> list[str]:
    """The headings of a file of participants."""
    return HEAD + MONEY_HEAD if sees_money else HEAD


def participant_lines(
    campaign: Campaign, asked: ParticipantsAsked, *, released: bool, sees_money: bool
) -> Iterator[list[Cell]]:
    """A line for each account that the list asks for, in its order."""
    people = in_pieces(
        lambda cursor: participants_page(
            campaign, asked, cursor, released=released, size=ROWS_AT_ONCE, is_strict=True
        )
    )
    for person in people:
        for row in person.rows:
            yield _line(row) + (_amount(campaign, row) if sees_money else [])


def _line(row: Any) -> list[Cell]:
    account, participant = row.account, row.participant
    return [
        account.influencer.name,
        str(account),
        account.get_network_display(),
        participant.get_state_display(),
        participant.due_on,
        ", ".join(str(label.text) for label in row.labels),
        row.sync.at if row.sync else None,
        participant.added_at,
    ]


def _amount(campaign: Campaign, row: Any) -> list[Cell]:
    fee = row.participant.fee
    return [fee, campaign.currency if fee is not None else ""]
