"""Campaigns and who takes part in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import IntegrityError, transaction

from campaigns.enums import CampaignState, CampaignTable, ParticipantState, PlaceState
from campaigns.errors import CampaignMoveNotAllowed
from campaigns.models import Campaign, Participant
from campaigns.policies.campaigns import CAMPAIGN_MOVES
from campaigns.services.briefs import copy_brief_files
from campaigns.services.networks.detection import detect_soon
from campaigns.services.results.rolling import roll_soon
from crm.models import SocialAccount
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.services.events import record, record_each
from tiktok.enums import PollKind

NAME_LENGTH, COPY = 120, " (copy)"
Columns = Mapping[str, Any]
NO_TERMS: Mapping[int, Columns] = MappingProxyType({})


@dataclass(frozen=True)
class Plan:
    """The plan of a campaign: columns of `Campaign` by their names."""

    salesperson_id: int | None = None
    goal: str = ""
    planned: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    budget: Decimal | None = None
    client_fee: Decimal | None = None
    audience: str = ""
    keywords: list[str] = field(default_factory=list)
    markets: list[str] = field(default_factory=list)
    brief: str = ""


def create_campaign(
    client: str,
    name: str,
    starts_on: date,
    ends_on: date,
    *,
    plan: Plan | None = None,
    actor: User | None,
    token: str = "",
) -> Campaign:
    """A new campaign in draft. `starts_on` and `ends_on` are UTC days, both inside its window.

    `token` names the submission: the same token again returns the campaign it has made.
    """
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                client=client,
                name=name,
                starts_on=starts_on,
                ends_on=ends_on,
                token=token,
                **asdict(plan or Plan()),
            )
            record(Verb.CAMPAIGN_CREATED, campaign, actor=actor)
            roll_soon()
    except IntegrityError:
        known = Campaign.objects.filter(token=token).first() if token else None
        if known is None:
            raise
        return known
    return campaign


@transaction.atomic
def update_campaign(
    campaign: Campaign,
    *,
    client: str,
    name: str,
    starts_on: date,
    ends_on: date,
    state: str,
    plan: Plan | None = None,
    actor: User | None,
) -> Campaign:
    """Change what a campaign is called, whose it is, when it runs, where it stands and, if one is given, its plan.

    An archived campaign's orders are no longer synced; one that leaves the archive is synced again. Raises
    CampaignMoveNotAllowed.
    """
    if state != campaign.state and state not in CAMPAIGN_MOVES[campaign.state]:
        raise CampaignMoveNotAllowed(campaign.get_state_display(), CampaignState(state).label)
    leaves_archive = campaign.state == CampaignState.ARCHIVED != state
    campaign.client, campaign.name = client, name
    campaign.starts_on, campaign.ends_on, campaign.state = starts_on, ends_on, state
    for column, value in asdict(plan).items() if plan else ():
        setattr(campaign, column, value)
    campaign.save()
    record(Verb.CAMPAIGN_CHANGED, campaign, actor=actor, state=CampaignState(state))
    roll_soon()  # the goal says what creators are ranked by
    detect_soon(campaign.pk)
    if leaves_archive:
        make_due(PollKind.ORDER, *campaign.orders.values_list("pk", flat=True))
    return campaign


def lock_campaign(campaign: Campaign) -> None:
    """Let one transaction at a time change who takes part in a campaign, or give participants an order or a post. Locked
    before all else that hangs on it."""
    list(Campaign.objects.select_for_update(no_key=True).filter(pk=campaign.pk))


@transaction.atomic
def duplicate_campaign(campaign: Campaign, *, actor: User) -> Campaign:
    """A draft with the same client, dates, plan and files of the brief, and the same participants as proposed, each with the fee of then.

    Orders, posts, states and due dates are not copied. Whoever sees some groups only takes along those they see.
    """
    columns = ["client", "starts_on", "ends_on", *asdict(Plan())]
    copied = {name: getattr(campaign, name) for name in columns}
    name = f"{campaign.name[: NAME_LENGTH - len(COPY)]}{COPY}"
    twin = Campaign.objects.create(name=name, **copied)
    Participant.objects.bulk_create(
        Participant(campaign=twin, account_id=account, fee=fee)
        for account, fee in campaign.participants.order_by("pk").values_list("account", "fee")
    )
    copy_brief_files(campaign, twin)
    record(Verb.CAMPAIGN_CREATED, twin, actor=actor, copied_from=campaign.pk)
    detect_soon(twin.pk)
    return twin


def note_export(organization: Organization, count: int, *, actor: User) -> None:
    """Say in the organization's events that somebody has taken so many campaigns out."""
    record(Verb.CAMPAIGNS_EXPORTED, organization, actor=actor, campaign_count=count)


def note_table_export(campaign: Campaign, table: CampaignTable, count: int, *, actor: User) -> None:
    """Say in the campaign's events that somebody has taken so many rows of one of its lists out."""
    record(Verb.TABLE_EXPORTED, campaign, actor=actor, table=table, row_count=count)


@transaction.atomic
def add_participants(
    campaign: Campaign,
    accounts: Iterable[SocialAccount],
    *,
    actor: User | None,
    terms: Mapping[int, Columns] = NO_TERMS,
) -> int:
    """Let accounts take part, of any kind: an unsupported one stays listed with its error. Returns how many are new. `terms`:
    their columns by account; without any they are proposed."""
    lock_campaign(campaign)
    wanted = {account.pk: account for account in accounts}
    present = campaign.participants.filter(account__in=wanted).values_list("account_id", flat=True)
    fresh = [account for pk, account in wanted.items() if pk not in set(present)]
    Participant.objects.bulk_create(
        [Participant(campaign=campaign, account=e, **terms.get(e.pk, {})) for e in fresh],
        ignore_conflicts=True,
    )
    if fresh:
        record(
            Verb.CAMPAIGN_PARTICIPANTS_ADDED,
            campaign,
            actor=actor,
            accounts=[account.pk for account in fresh][:100],
            count=len(fresh),
        )
        # In the timelines of the influencers, too.
        texts = {"campaign": campaign.name}
        record_each(Verb.PARTICIPANT_ADDED, fresh, actor=actor, texts=texts, campaign=campaign.pk)
        detect_soon(campaign.pk)
    return len(fresh)


@transaction.atomic
def remove_participants(
    campaign: Campaign, participants: Iterable[Participant], *, actor: User | None
) -> list[Participant]:
    """Let accounts take part no longer; those with orders or posts in the campaign stay. Return those who left."""
    lock_campaign(campaign)
    wanted = {participant.account_id: participant for participant in participants}
    busy = {
        account_id
        for rows in (
            campaign.orders,
            campaign.posts,
            campaign.places.filter(state=PlaceState.LISTED),
        )
        for account_id in rows.filter(account__in=wanted).values_list("account_id", flat=True)
    }
    removed = [each.pk for account_id, each in wanted.items() if account_id not in busy]
    rows = Participant.objects.select_for_update(of=("self",)).filter(pk__in=removed)
    departed = list(rows.select_related("account").order_by("pk"))
    if departed:
        _tell_of_removal(campaign, departed, actor)
        Participant.objects.filter(pk__in=removed).delete()
        ids = [each.account_id for each in departed]
        detect_soon(campaign.pk)
        record(
            Verb.CAMPAIGN_PARTICIPANTS_REMOVED,
            campaign,
            actor=actor,
            accounts=ids[:100],
            count=len(ids),
        )
    return departed


def _tell_of_removal(
    campaign: Campaign, departed: Iterable[Participant], actor: User | None
) -> None:
    """Say so in the timelines of the influencers, with the terms on which they come back (`participants.bring_back`)."""
    alike: dict[tuple[Any, ...], list[SocialAccount]] = defaultdict(list)
    for each in departed:
        fee = None if each.fee is None else int(each.fee * 100)
        alike[ParticipantState(each.state), fee, each.due_on].append(each.account)
    for terms, accounts in alike.items():
        named = zip(("was", "fee", "due"), terms, strict=True)
        known = {name: value for name, value in named if value is not None}
        texts = {"campaign": campaign.name}
        record_each(
            Verb.PARTICIPANT_REMOVED,
            accounts,
            actor=actor,
            texts=texts,
            campaign=campaign.pk,
            **known,
        )


def activate(campaign: Campaign) -> None:
    """A draft whose work begins becomes active."""
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAFT).update(
        state=CampaignState.ACTIVE
    )
    roll_soon()
