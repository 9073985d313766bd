"""Many influencers are added to a campaign at once, or removed from one: kinds of the CRM's bulk actions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from django.db.models import OuterRef, Q

from campaigns.enums import ParticipantState
from campaigns.models import Campaign, Participant
from campaigns.queries.of_influencer import campaigns_to_join
from campaigns.services.campaigns import add_participants, remove_participants
from campaigns.services.participants import bring_back
from crm.enums import BulkState
from crm.models import SocialAccount
from crm.queries.fields import probe
from crm.services.bulk.kinds import (
    BulkKind,
    Choice,
    Outcome,
    Outcomes,
    Refusal,
    Slice,
    sentence,
)
from crm.services.bulk.own import row_of
from crm.services.bulk.rows import undone
from crm.services.bulk.runs import register_bulk
from tenancy.enums import Permission

NO_ACCOUNT = ("has no account", "have no account")
BUSY = "Has orders or posts in the campaign, and stays in it."


CAMPAIGN = Choice("Campaign", campaigns_to_join, lambda value: row_of(Campaign, value))


def _takes_part(campaign: Campaign) -> Q:
    return probe(Participant.objects.filter(campaign=campaign, account__influencer=OuterRef("pk")))


def _without_account() -> list[Refusal]:
    accounts = SocialAccount.objects.filter(influencer=OuterRef("pk"))
    return [Refusal(NO_ACCOUNT, ~probe(accounts))]


def _main_accounts(influencers: Iterable[int]) -> list[SocialAccount]:
    """The main account of each influencer: the TikTok account with most followers, else that of another network."""
    rows = SocialAccount.objects.filter(influencer__in=influencers).select_related("creator")
    found: dict[int, SocialAccount] = {}
    for account in rows.order_by("pk"):
        best = found.setdefault(account.influencer_id, account)
        if _followers(account) > _followers(best):
            found[account.influencer_id] = account
    return list(found.values())


def _followers(account: SocialAccount) -> int:
    return (account.creator.follower_count or 0) if account.creator else -1


def _add(work: Slice) -> Outcomes:
    """Each influencer takes part with their main account, unless they do with any; the participant made is the trace."""
    of_campaign = Participant.objects.filter(campaign=work.choice)
    ids = [each.pk for each in work.influencers]
    present = set(
        of_campaign.filter(account__influencer__in=ids).values_list(
            "account__influencer", flat=True
        )
    )
    accounts = _main_accounts(set(ids) - present)
    add_participants(work.choice, accounts, actor=work.actor)
    made = dict(of_campaign.filter(account__in=accounts).values_list("account__influencer", "pk"))
    return {
        pk: Outcome(BulkState.DONE, made[pk])
        if pk in made
        else Outcome(BulkState.REFUSED, reason=sentence(NO_ACCOUNT[0]))
        for pk in set(ids) - present
    }


def _remove(work: Slice) -> Outcomes:
    """Remove whom the action has added; those with orders or posts in the campaign stay in it, and so do those whose state, fee
    or due date somebody has changed since."""
    rows = Participant.objects.filter(pk__in=list(work.traces.values())).select_related("account")
    rows = rows.filter(state=ParticipantState.PROPOSED, fee=None, due_on=None)
    left = remove_participants(work.choice, rows, actor=work.actor)
    gone = {each.account.influencer_id for each in left}
    return undone([each for each in work.influencers if each.pk in gone], work)


def _leave(work: Slice) -> Outcomes:
    """The accounts that left are the trace of each influencer."""
    ids = [each.pk for each in work.influencers]
    rows = Participant.objects.filter(campaign=work.choice, account__influencer__in=ids)
    present = list(rows.select_related("account").order_by("pk"))
    left = {each.account_id for each in remove_participants(work.choice, present, actor=work.actor)}
    accounts: dict[int, list[SocialAccount]] = {}
    for each in present:
        accounts.setdefault(each.account.influencer_id, []).append(each.account)
    return {pk: _left(each, left) for pk, each in accounts.items()}


def _left(accounts: Sequence[SocialAccount], left: Container[int]) -> Outcome:
    gone = [each.pk for each in accounts if each.pk in left]
    staying = [each for each in accounts if each.pk not in left]
    if not gone:
        return Outcome(BulkState.REFUSED, reason=BUSY)
    if not staying:
        return Outcome(BulkState.DONE, gone)
    named = ", ".join(str(each) for each in staying)
    stay = (
        "has orders or posts in the campaign, and stays"
        if len(staying) == 1
        else "have orders or posts in the campaign, and stay"
    )
    return Outcome(BulkState.PARTLY, gone, f"{named} {stay} in it."[:300])


def _rejoin(work: Slice) -> Outcomes:
    """Let the same accounts take part again; who came back meanwhile by another way is left alone."""
    ids = [pk for trace in work.traces.values() for pk in trace]
    accounts = SocialAccount.objects.filter(pk__in=ids, influencer__in=work.influencers)
    present = Participant.objects.filter(campaign=work.choice, account__in=ids)
    inside = set(present.values_list("account_id", flat=True))
    absent = [each for each in accounts if each.pk not in inside]
    bring_back(work.choice, absent, actor=work.actor)
    back = {each.influencer_id for each in absent}
    return undone([each for each in work.influencers if each.pk in back], work)


def register_own_kinds() -> None:
    """Make the kinds known; adding is the main one of the list."""
    register_bulk(
        BulkKind(
            "campaign", "Add to campaign", "Add to a campaign", "speakerphone", 0, Permission.EDIT_CAMPAIGNS,
            "will take part with their main account", "added to the campaign",
            ("takes part already", "take part already"),
            _add, _takes_part, _without_account,
            choice=CAMPAIGN, take_back=_remove,
        )
    )  # fmt: skip
    register_bulk(
        BulkKind(
            "uncampaign", "Remove from a campaign", "Remove from a campaign", "speakerphone", 75, Permission.EDIT_CAMPAIGNS,
            "will leave the campaign, unless they have orders or posts in it", "removed from the campaign",
            ("does not take part", "do not take part"),
            _leave, lambda campaign: ~_takes_part(campaign), choice=CAMPAIGN, take_back=_rejoin,
        )
    )  # fmt: skip
