"""Influencers are asked to connect their TikTok accounts in the influencers' dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.enums import ConnectState
from crm.errors import AddressTaken, EmailNeeded
from crm.models import AwaitedAccount, ConnectInvitation, Influencer, SocialAccount
from crm.policies import tiktok_handle
from crm.policies.connections import OPEN_STATES, refuse_asking
from crm.services.connections.links import page_url
from crm.services.influencers import group_of_new, name_in_mail, open_dashboard
from crm.services.mailings.ties import tie_mail
from mail.models import Message
from mail.services.outbox import queue_message
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.scope import groups_scope
from tenancy.services.events import record
from tiktok.enums import MarketplaceStatus
from tiktok.models import Connection
from ui.bidi import isolated
from ui.languages import written_in

QUIET = timedelta(minutes=10)  # the same twice so soon is one e-mail


@dataclass(frozen=True)
class Asked:
    """The outcome of asking somebody to connect: whom, at which address, and when.

    `is_news`: they were mailed; otherwise they had been at that time, and were not mailed again.
    """

    influencer: Influencer
    email: str
    at: datetime
    is_news: bool


def ask_to_connect(
    account: SocialAccount,
    *,
    actor: User | None,
    email: str = "",
    wished_at: datetime | None = None,
) -> Asked:
    """E-mail the account's influencer a link to the influencers' dashboard, where they can connect TikTok.

    The person signs in there with a code sent to that address. `email` is needed if none is known. `wished_at`: whoever
    was asked since then is not asked again. Raises EmailNeeded, AddressTaken, NotToBeAsked, MailProblem.
    """
    return _ask(*_let_in(account.influencer_id, email), account.handle, actor, wished_at)


@transaction.atomic
def link_to_connect(account: SocialAccount, *, actor: User, email: str = "") -> str:
    """The personal link that the e-mail carries, for a member to send by other means: nothing is mailed.

    It opens the page of the invitation; whoever agrees there proves the address by a code first. What waits for an answer
    already stays as it is. Raises EmailNeeded, AddressTaken, NotToBeAsked.
    """
    influencer, _address = _let_in(account.influencer_id, email)
    invitation = _invitation(influencer, account.handle)
    refuse_asking(invitation, timezone.now().date())
    if invitation.asked_at is None or invitation.state not in OPEN_STATES:
        _note_asked(invitation, None, actor)
    _record_copying(invitation, actor)
    return page_url(invitation)


def _record_copying(invitation: ConnectInvitation, actor: User) -> None:
    """Copied twice so soon it is said once."""
    said = Event.objects.filter(verb=Verb.CONNECT_LINK_COPIED, at__gt=timezone.now() - QUIET)
    if not said.filter(actor=actor, detail__invitation=invitation.pk).exists():
        record(
            Verb.CONNECT_LINK_COPIED, invitation.influencer, actor=actor,
            texts={"handle": invitation.handle}, invitation=invitation.pk,
        )  # fmt: skip


def ask_handle_to_connect(handle: str, *, email: str, actor: User | None) -> Asked:
    """The same for a handle that stands in no profile: its influencer is made, the account follows when they connect.

    Somebody of this organization with that address is taken as the influencer, else who was asked about the handle
    before: the address was mistyped then. Raises HandleNotReadable, EmailNeeded,
    AddressTaken, GroupNeeded, NotToBeAsked, MailProblem.
    """
    handle = tiktok_handle(handle)
    return _ask(*_let_in_at(email, handle), handle, actor)


@transaction.atomic
def _let_in(influencer_id: int, email: str) -> tuple[Influencer, str]:
    influencer = Influencer.objects.select_for_update().get(pk=influencer_id)
    if influencer.person is not None:
        return influencer, influencer.person.email
    address = email or influencer.email
    if not address:
        raise EmailNeeded
    person = _person(address)
    with groups_scope(None):
        other = Influencer.objects.filter(person=person).first()
    if other is not None:
        raise AddressTaken(other.name if _is_seen(other) else "")
    influencer.email = address
    open_dashboard(influencer, person)
    return influencer, person.email


@transaction.atomic
def _let_in_at(email: str, handle: str) -> tuple[Influencer, str]:
    if not email:
        raise EmailNeeded
    person = _person(email)
    with groups_scope(None):
        known = (
            Influencer.objects.filter(person=person).first()
            or Influencer.objects.filter(person=None, email=email).order_by("pk").first()
            or _awaiting(handle)
        )
    if known is not None and not _is_seen(known):
        raise AddressTaken
    influencer = known or Influencer(name=handle, email=email, group_id=group_of_new())
    if influencer.person_id != person.pk:
        if influencer.person and influencer.email == influencer.person.email:
            influencer.email = ""  # a slip: nobody has connected anything from there
        influencer.email = influencer.email or email
        open_dashboard(influencer, person)
    await_account(influencer, handle)
    return influencer, person.email


def await_account(
    influencer: Influencer, handle: str, status: MarketplaceStatus = MarketplaceStatus.UNKNOWN
) -> None:
    """Remember whose a TikTok account is that is not here yet, unless it is awaited of somebody already."""
    row = AwaitedAccount(influencer=influencer, handle=handle, status=status)
    AwaitedAccount.objects.bulk_create([row], ignore_conflicts=True)


def _is_seen(influencer: Influencer) -> bool:
    return Influencer.objects.filter(pk=influencer.pk).exists()


def _awaiting(handle: str) -> Influencer | None:
    """The influencer of whom this handle is awaited, if nobody who signs in as them has connected anything."""
    rows = AwaitedAccount.objects.select_related("influencer__person").filter(handle=handle)
    if (awaited := rows.first()) is None:
        return None
    is_used = Connection.objects.filter(person=awaited.influencer.person_id).exists()
    return None if is_used else awaited.influencer


def _person(email: str) -> User:
    """The person with this address, locked; made without a password if there is none: they sign in by e-mailed code."""
    User.objects.get_or_create(email=email, defaults={"password": make_password(None)})
    return User.objects.select_for_update().get(email=email)


def ask_again(invitation: ConnectInvitation) -> Asked:
    """Ask once more, on the day that the creator has named. Raises MailProblem."""
    influencer = invitation.influencer
    return _ask(influencer, influencer.mail_address, invitation.handle, None)


@transaction.atomic
def _ask(
    influencer: Influencer,
    address: str,
    handle: str,
    actor: User | None,
    wished_at: datetime | None = None,
) -> Asked:
    invitation = _invitation(influencer, handle)
    refuse_asking(invitation, timezone.now().date())
    was_mailed = invitation.message_id is not None
    is_reminder = was_mailed and invitation.state != ConnectState.CONNECTED
    values = {
        "name": name_in_mail(influencer, handle),
        "handle": handle,
        "email": address,
        "organization": influencer.organization.name,
        "link": page_url(invitation),
        "is_reminder": is_reminder,
    }
    with translation.override(written_in(influencer.reads_in)):
        subject = (
            _("Reminder: %(who)s asks to see your TikTok numbers")
            if is_reminder
            else _("%(who)s asks to see your TikTok numbers")
        )
        message, is_news = queue_message(
            "crm_ask_to_connect",
            to=address,
            subject=subject % {"who": isolated(values["organization"])},
            values=values,
            intent=f"connect:{influencer.pk}:{handle}:{address}",
            again_after=max(QUIET, timezone.now() - wished_at) if wished_at else QUIET,
            is_bulk=True,
        )
    if is_news:
        tie_mail(message, influencer.pk)
        _note_asked(invitation, message, actor)
        texts = {"handle": handle}
        record(Verb.INFLUENCER_ASKED_TO_CONNECT, influencer, actor=actor, texts=texts)
    return Asked(influencer, address, message.created_at, is_news)


def _invitation(influencer: Influencer, handle: str) -> ConnectInvitation:
    """The influencer's invitation for this handle, locked."""
    row = ConnectInvitation(influencer=influencer, handle=handle)
    ConnectInvitation.objects.bulk_create([row], ignore_conflicts=True)
    found = ConnectInvitation.objects.select_for_update()
    return found.get(influencer=influencer, handle=handle)


def _note_asked(invitation: ConnectInvitation, message: Message | None, actor: User | None) -> None:
    if invitation.state != ConnectState.OPENED:  # a reminder leaves that as it is
        invitation.state, invitation.opened_at = ConnectState.ASKED, None
    invitation.asked_at, invitation.asked_by, invitation.message = timezone.now(), actor, message
    invitation.answered_at = invitation.ask_again_on = None
    invitation.save()
