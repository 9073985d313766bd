"""Campaigns and who takes part in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from campaigns.enums import CampaignState
from campaigns.models import Campaign, Participant
from crm.models import SocialAccount
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record, record_each
from tiktok.enums import PollKind


def create_campaign(
    client: str, name: str, starts_on: date, ends_on: date, *, actor: User | None, token: str = ""
) -> Campaign:
    """A new campaign in draft. `starts_on` and `ends_on` are UTC days, both inside its window.

    `token` names the submission: the same token again returns the campaign it has made.
    """
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                client=client, name=name, starts_on=starts_on, ends_on=ends_on, token=token
            )
            record(Verb.CAMPAIGN_CREATED, campaign, actor=actor)
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
    actor: User | None,
) -> Campaign:
    """Change what a campaign is called, whose it is, when it runs and where it stands.

    An archived campaign's orders are no longer synced; one that leaves the archive is synced again.
    """
    leaves_archive = campaign.state == CampaignState.ARCHIVED != state
    campaign.client, campaign.name = client, name
    campaign.starts_on, campaign.ends_on, campaign.state = starts_on, ends_on, state
    campaign.save()
    record(Verb.CAMPAIGN_CHANGED, campaign, actor=actor, state=CampaignState(state))
    if leaves_archive:
        make_due(PollKind.ORDER, *campaign.orders.values_list("pk", flat=True))
    return campaign


@transaction.atomic
def add_participants(
    campaign: Campaign, accounts: Iterable[SocialAccount], *, actor: User | None
) -> int:
    """Let accounts take part, of any kind: an unsupported one stays listed with its error. Returns how many are new."""
    wanted = {account.pk: account for account in accounts}
    present = campaign.participants.filter(account__in=wanted).values_list("account_id", flat=True)
    fresh = [account for pk, account in wanted.items() if pk not in set(present)]
    Participant.objects.bulk_create(
        [Participant(campaign=campaign, account=account) for account in fresh],
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
        _tell_of_each(Verb.PARTICIPANT_ADDED, campaign, fresh, actor)
    return len(fresh)


def _tell_of_each(
    verb: Verb, campaign: Campaign, accounts: list[SocialAccount], actor: User | None
) -> None:
    """Say so in the timelines of the influencers, too."""
    texts = {"campaign": campaign.name}
    record_each(verb, accounts, actor=actor, texts=texts, campaign=campaign.pk)


@transaction.atomic
def remove_participants(
    campaign: Campaign, participants: Iterable[Participant], *, actor: User | None
) -> list[Participant]:
    """Let accounts take part no longer; those with orders or posts in the campaign stay. Return those who left."""
    wanted = {participant.account_id: participant for participant in participants}
    busy = {
        account_id
        for rows in (campaign.orders, campaign.posts)
        for account_id in rows.filter(account__in=wanted).values_list("account_id", flat=True)
    }
    departed = [each for account_id, each in wanted.items() if account_id not in busy]
    if departed:
        ids = [each.account_id for each in departed]
        accounts = list(SocialAccount.objects.filter(pk__in=ids))
        _tell_of_each(Verb.PARTICIPANT_REMOVED, campaign, accounts, actor)
        Participant.objects.filter(pk__in=[each.pk for each in departed]).delete()
        record(
            Verb.CAMPAIGN_PARTICIPANTS_REMOVED,
            campaign,
            actor=actor,
            accounts=ids[:100],
            count=len(ids),
        )
    return departed


def activate(campaign: Campaign) -> None:
    """A draft whose work begins becomes active."""
    Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAFT).update(
        state=CampaignState.ACTIVE
    )
