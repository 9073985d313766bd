"""Reads of mailings: the creators they go to, the list, one of them with its recipients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from crm.enums import Network, RecipientState, SkipReason
from crm.models import Influencer, Mailing, MailingRecipient, MailTemplate, SocialAccount
from crm.policies.mailings import REFUSALS, Addressee
from mail.policies import refusal
from mail.queries import address_marks
from tenancy.models import User
from tenancy.scope import current_groups
from ui.paging import KeysetPage, keyset_page

ANSWERED = "answered"
# The filters of a mailing's recipients: the words of their states, and that of an answer.
SHOWN = {ANSWERED: "Answered", **dict(RecipientState.choices)}


@dataclass(frozen=True)
class Plan:
    """The creators whom a mailing is for: those who get it, and the others with the reason."""

    reached: list[Addressee]
    skipped: list[tuple[Addressee, SkipReason]]

    @property
    def reasons(self) -> list[tuple[str, int, list[Addressee]]]:
        """Each reason in words, how many it holds back, and the first of them."""
        counts = Counter(reason for _, reason in self.skipped)
        return [
            (reason.label, count, [who for who, why in self.skipped if why == reason][:5])
            for reason, count in counts.most_common()
        ]


def addressees(ids: Iterable[int]) -> list[Addressee]:
    """Creators as an e-mail speaks to them, by name; who is not in scope is left out."""
    accounts = SocialAccount.objects.filter(influencer=OuterRef("pk")).order_by(
        Case(When(network=Network.TIKTOK, then=0), default=1), "pk"
    )
    rows = Influencer.objects.filter(pk__in=list(ids)).annotate(
        address=Coalesce(
            NullIf("person__email", Value("")), F("email"), output_field=models.CharField()
        ),
        handle=Coalesce(Subquery(accounts.values("handle")[:1]), Value("")),
    )
    return [
        Addressee(pk, name, display_name, salutation, address, handle, archived_at is not None)
        for pk, name, display_name, salutation, address, handle, archived_at in rows.order_by(
            "sort_name", "pk"
        ).values_list(
            "pk", "name", "display_name", "salutation", "address", "handle", "archived_at"
        )
    ]


def plan(ids: Iterable[int], fields: set[str]) -> Plan:
    """The fate of an e-mail with these merge fields to each of these creators, as things are now."""
    everybody = addressees(ids)
    marks = {mark.address: mark for mark in address_marks({each.address for each in everybody})}
    reached, skipped, addresses = [], [], set[str]()
    for each in everybody:
        problem = refusal(marks[each.address], is_bulk=True) if each.address in marks else None
        reason = each.skip_reason(fields) or (REFUSALS[type(problem)] if problem else None)
        if reason is None and each.address in addresses:
            reason = SkipReason.SAME_ADDRESS
        if reason is None:
            addresses.add(each.address)
            reached.append(each)
        else:
            skipped.append((each, reason))
    return Plan(reached, skipped)


def templates_by_name() -> models.QuerySet[MailTemplate]:
    return MailTemplate.objects.order_by("name", "pk")


def mailings_of(reader: User) -> models.QuerySet[Mailing]:
    """The mailings of the organization in scope; of a reader who sees some groups only, their own."""
    rows = Mailing.objects.select_related("job", "reminder_job", "created_by")
    return rows if current_groups() is None else rows.filter(created_by=reader)


def mailing_page(reader: User, cursor: str) -> KeysetPage[Mailing]:
    """The mailings, newest first."""
    return keyset_page(mailings_of(reader), "-id", cursor=cursor)


def mailing_by_id(pk: int, reader: User) -> Mailing | None:
    return mailings_of(reader).filter(pk=pk).first()


def recipient_page(mailing: Mailing, state: str, cursor: str) -> KeysetPage[MailingRecipient]:
    """The recipients in one state, or all, with their creators and e-mails."""
    rows = _in_state(MailingRecipient.objects.filter(mailing=mailing), state)
    return keyset_page(rows, "id", facts=_with_mail, cursor=cursor)


def _in_state(
    rows: models.QuerySet[MailingRecipient], state: str
) -> models.QuerySet[MailingRecipient]:
    if state == ANSWERED:
        return rows.filter(answered_at__isnull=False)
    return rows.filter(state=state, answered_at=None) if state in RecipientState else rows


def _with_mail(rows: models.QuerySet[MailingRecipient]) -> models.QuerySet[MailingRecipient]:
    bodies = [f"{mail}__{part}" for mail in ("message", "reminder") for part in ("html", "text")]
    return rows.select_related("influencer", "message", "reminder").defer(*bodies)


def recipient_counts(mailing: Mailing) -> dict[str, int]:
    """How many recipients are in each state; who answered is counted there alone."""
    is_answered = Case(When(answered_at=None, then=F("state")), default=Value(ANSWERED))
    rows = MailingRecipient.objects.filter(mailing=mailing).order_by().values(key=is_answered)
    found = dict(rows.annotate(count=Count("pk")).values_list("key", "count"))
    return {key: found[key] for key in SHOWN if key in found}


def to_be_reminded(mailing: Mailing) -> models.QuerySet[MailingRecipient]:
    """The recipients who have the e-mail, did not answer, and were not reminded."""
    return MailingRecipient.objects.filter(
        mailing=mailing,
        state__in=(RecipientState.SENT, RecipientState.DELIVERED),
        answered_at=None,
        reminder=None,
    )


def recipients_of(message_id: int) -> models.QuerySet[MailingRecipient]:
    """The recipients whom this e-mail of the outbox is for."""
    return MailingRecipient.objects.filter(Q(message=message_id) | Q(reminder=message_id))


def influencer_ids(rows: models.QuerySet[Influencer], most: int) -> Sequence[int]:
    """The ids of these creators; one more than `most` says that there are too many."""
    return list(rows.order_by().values_list("pk", flat=True)[: most + 1])
