"""A person who goes: what is theirs and no organization's, and their account."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_noop as _

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Receipt
from files.models import File
from files.purge import delete_files
from jobs.models import Job
from mail.models import Message
from tenancy.models import InfluencerLogin, User
from tenancy.scope import person_scope
from tiktok.exchanges import forget_exchanges
from tiktok.models import ConnectAttempt, Connection
from tiktok.services.webhooks.deliveries import forget_deliveries

BEING_ERASED = _("Your data is being deleted")


def is_being_erased(person: User) -> bool:
    """Have they asked that everything about them be deleted, and is it not done yet? Called in the transaction of what it would
    refuse: a wish of this moment waits for its end, and finds what it wrote."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    return Receipt.objects.filter(person=person, kind=ReceiptKind.ERASURE).exists()


def may_stay(person: User) -> bool:
    """Does the person work for an organization, or for operations? Their account is not a creator's alone then."""
    return bool(person.is_staff or person.memberships.exists())


def let_go(receipt: Receipt, person: User) -> None:
    """Delete the person with all that is theirs; of one who works for an organization what they had as a creator."""
    _end_sessions(person)
    connections = list(Connection.objects.filter(person=person))
    for row in connections:
        forget_exchanges(row)
    with transaction.atomic():
        forget_deliveries({text for row in connections for text in (row.open_id, row.handle)})
        _delete_own_rows(receipt, person)
        if may_stay(person):
            _delete_creator_s_part(person)
        else:
            _forget_in_log(person)
            with person_scope(person):
                person.delete()
        receipt.person, receipt.state = None, ReceiptState.DONE
        receipt.jobs, receipt.language = [], ""
        receipt.save(update_fields=["person", "state", "jobs", "language"])


def _end_sessions(person: User) -> None:
    """Delete the sessions of a person who cannot sign in any more, and those in which their address waits for a code."""
    if may_stay(person):
        return
    for session in Session.objects.iterator():
        content = session.get_decoded()
        if content.get("_auth_user_id") == str(person.pk) or person.email in _texts(content):
            session.delete()


def _texts(value: object) -> set[str]:
    """The texts inside of what a session holds, each whole."""
    if isinstance(value, dict | list | tuple):
        inside = value.values() if isinstance(value, dict) else value
        return {text for each in inside for text in _texts(each)}
    return {value} if isinstance(value, str) else set()


def _delete_own_rows(receipt: Receipt, person: User) -> None:
    Receipt.objects.filter(person=person).exclude(pk=receipt.pk).delete()
    with person_scope(person):
        delete_files(File.objects.all())
        Job.objects.all().delete()
        Message.objects.all().delete()


def _delete_creator_s_part(person: User) -> None:
    for model in (Connection, ConnectAttempt):
        model._default_manager.filter(person=person).delete()
    InfluencerLogin.objects.filter(user=person).delete()
    User.objects.filter(pk=person.pk).update(openings_shared_at=None)


def _forget_in_log(person: User) -> None:
    """Take the person's name from what operations did with their account."""
    kind = ContentType.objects.get_for_model(User)
    about = LogEntry.objects.filter(content_type=kind, object_id=str(person.pk))
    about.update(object_repr="", change_message="")
