"""Answers of creators to an invitation to connect, and its end by the team. Later mails keep to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from crm.enums import ConnectState, DeclineReason
from crm.models import ConnectInvitation
from crm.policies.connections import may_answer
from crm.queries.connections import is_shared
from crm.services.connections.asking import ask_again
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind
from mail.errors import MailProblem
from mail.services.marks import mark, unmark
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

log = structlog.get_logger()
LATER = "crm.connect_later"
LATER_IN = timedelta(days=90)


@transaction.atomic
def decline(
    invitation: ConnectInvitation, *, reason: str = "", text: str = ""
) -> ConnectInvitation:
    """Say no, or say why one has said no. Nobody asks again."""
    locked = _locked(invitation)
    if _may_answer(locked):
        _answer(locked, ConnectState.DECLINED)
        _record(Verb.CONNECT_DECLINED, locked)
    if locked.state == ConnectState.DECLINED and (reason or text):
        locked.reason, locked.reason_text = reason, text
        locked.save(update_fields=["reason", "reason_text"])
        given = DeclineReason(reason or DeclineReason.OTHER)
        record(
            Verb.CONNECT_DECLINED, locked.influencer, actor=None, reason=given,
            texts={"handle": locked.handle, **({"said": text} if text else {})},
        )  # fmt: skip
    return locked


@transaction.atomic
def postpone(invitation: ConnectInvitation) -> ConnectInvitation:
    """Not now: they are asked again in three months, by itself, and not before."""
    locked = _locked(invitation)
    if _may_answer(locked) or locked.state == ConnectState.DECLINED:
        locked.ask_again_on = timezone.now().date() + LATER_IN
        _answer(locked, ConnectState.LATER)
        make_due(LATER, locked.pk, after=LATER_IN)
        _record(Verb.CONNECT_POSTPONED, locked)
    return locked


@transaction.atomic
def reconsider(invitation: ConnectInvitation) -> ConnectInvitation:
    """Take an answer back: the invitation is open again."""
    locked = _locked(invitation)
    if locked.state in {ConnectState.DECLINED, ConnectState.LATER}:
        locked.answered_at = locked.ask_again_on = None
        locked.state, locked.reason, locked.reason_text = ConnectState.OPENED, "", ""
        locked.save()
        _record(Verb.CONNECT_RECONSIDERED, locked)
    return locked


@transaction.atomic
def refuse_mail(invitation: ConnectInvitation) -> None:
    """No more mail from this organization: no orders, mailings and reminders either."""
    for address in _addresses(invitation):
        mark(address, "unsubscribed_at")
    _record(Verb.MAIL_REFUSED, invitation)


@transaction.atomic
def welcome_mail(invitation: ConnectInvitation) -> None:
    """Take it back."""
    for address in _addresses(invitation):
        unmark(address, "unsubscribed_at")
    _record(Verb.MAIL_WELCOMED, invitation)


@transaction.atomic
def report(invitation: ConnectInvitation) -> None:
    """Tell operations that this invitation is not right; once. It counts as a no, and ends the mail of the organization."""
    locked = decline(invitation)
    if locked.reported_at is None:
        locked.reported_at = timezone.now()
        locked.save(update_fields=["reported_at"])
        _record(Verb.CONNECT_REPORTED, locked)
        refuse_mail(locked)
        log.warning("connect.reported", invitation=locked.pk, organization=locked.organization_id)


@transaction.atomic
def stop(invitation: ConnectInvitation, *, actor: User) -> bool:
    """End an invitation that waits for an answer: its links work no longer, and it asks nothing later on. False: none waited."""
    locked = _locked(invitation)
    if not may_answer(locked.state):
        return False
    locked.state, locked.ask_again_on = ConnectState.STOPPED, None
    locked.version, locked.other_links = locked.version + 1, []
    locked.save()
    record(Verb.CONNECT_STOPPED, locked.influencer, actor=actor, texts={"handle": locked.handle})
    return True


def note_connected(influencer_id: int, handle: str) -> None:
    """The account is connected: its invitation has its answer."""
    rows = ConnectInvitation.objects.filter(influencer=influencer_id, handle=handle)
    rows.exclude(state=ConnectState.CONNECTED).update(
        state=ConnectState.CONNECTED, answered_at=timezone.now(), ask_again_on=None,
        reason="", reason_text="",
    )  # fmt: skip


@transaction.atomic
def ask_postponed(invitation_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Ask those whose day has come. Whoever takes no mail any more is left alone, and so is who has connected meanwhile."""
    rows = ConnectInvitation.objects.select_related(
        "influencer__person", "influencer__organization"
    )
    due = rows.filter(state=ConnectState.LATER, ask_again_on__lte=timezone.now().date())
    for invitation in due.filter(pk__in=invitation_ids, influencer__archived_at=None):
        if is_shared(invitation):
            note_connected(invitation.influencer_id, invitation.handle)
            continue
        try:
            ask_again(invitation)
        except MailProblem as problem:
            log.info("connect.not_asked_again", invitation=invitation.pk, problem=str(problem))
    return dict.fromkeys(invitation_ids)


def _locked(invitation: ConnectInvitation) -> ConnectInvitation:
    found = ConnectInvitation.objects.select_related("influencer__person")
    return found.select_for_update(of=("self",)).get(pk=invitation.pk)


def _may_answer(invitation: ConnectInvitation) -> bool:
    """Can it be answered? After connecting only where the text allows more since, or what was shared has ended."""
    if invitation.state == ConnectState.CONNECTED:
        return not is_shared(invitation)
    return may_answer(invitation.state)


def _answer(invitation: ConnectInvitation, state: ConnectState) -> None:
    invitation.state, invitation.answered_at = state, timezone.now()
    invitation.save()


def _record(verb: Verb, invitation: ConnectInvitation) -> None:
    record(verb, invitation.influencer, actor=None, texts={"handle": invitation.handle})


def _addresses(invitation: ConnectInvitation) -> set[str]:
    influencer = invitation.influencer
    own = {influencer.email, influencer.person.email if influencer.person else ""}
    return own - {""}


register_kind(WorkKind(LATER, Lane.BULK, ask_postponed, batch=20))
