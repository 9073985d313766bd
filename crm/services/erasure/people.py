"""Everything about a person is erased: permissions at TikTok first, then every organization, then the receipt, then the person.

Each step is due work that may fail and be done again; where it stands is in the row of the receipt. Nobody is asked to wait:
from the wish on nobody signs in as the person, and lists and search show them no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Application, Influencer, Receipt
from crm.queries.mail import holders, tied_ids
from crm.services.erasure.persons import let_go, may_stay
from crm.services.erasure.receipts import issue, mail_receipt
from crm.services.erasure.texts import SEARCH
from crm.services.influencers import Deleted, archive_influencers, delete_influencer
from files.enums import LedgerKind
from files.services.ledger import note
from files.services.numbers import new_number
from jobs.enums import JobState, Lane
from jobs.models import Job
from jobs.services.jobs import start_again
from jobs.services.queue import WorkKind, make_due, register_kind
from mail.services.forgetting import forget_every_mark
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tiktok.enums import ConnectionState
from tiktok.errors import TikTokProblem, TikTokRefused
from tiktok.models import Connection, Consent, Creator
from tiktok.services.connect.disconnect import disconnect
from tiktok.services.creators.removal import remove_creators
from tiktok.services.grants.grants import end_grant

ERASE = "crm.erase"  # a kind of work; its subject is the receipt
# TikTok does not answer: it is asked again every minute, but data is not kept for that longer than half of what was promised.
AGAIN, WITHOUT_TIKTOK_AFTER = timedelta(minutes=1), timedelta(hours=12)
CHECK_AGAIN = timedelta(seconds=10)  # at jobs that delete, and at the mail
MAIL_WAITS_FOR = timedelta(hours=20)
# A job that failed is started again so often, and none is waited for longer: the receipt says then what is not confirmed.
MOST_TRIES, UNCONFIRMED_AFTER = 3, timedelta(hours=20)
ERASED = "The creator erased their data."
# What the receipt counts, by the model of the rows that went.
COUNTED = {
    "crm.SocialAccount": "accounts", "tiktok.Video": "videos", "campaigns.Order": "orders", "crm.Note": "notes",
    "crm.Document": "files", "crm.Contract": "files", "campaigns.ReviewVersion": "drafts",
    "campaigns.Publication": "uploads",
}  # fmt: skip


@transaction.atomic
def ask_erasure(person: User, *, language: str) -> Receipt:
    """Have everything about this person erased. They are hidden, nobody can accept them any more, and they cannot sign in from
    now on, unless they work for an organization besides; twice is once."""
    locked = User.objects.select_for_update().get(pk=person.pk)
    earlier = Receipt.objects.filter(person=locked, kind=ReceiptKind.ERASURE).first()
    if earlier is not None:
        return earlier
    receipt = hide(locked, number=new_number("E"), language=language, asked_at=timezone.now())
    note(LedgerKind.ASKED, receipt.number, wish_of(receipt, locked))
    make_due(ERASE, receipt.pk)
    return receipt


@transaction.atomic
def hide(person: User, *, number: str, language: str, asked_at: datetime) -> Receipt:
    """The wish as a row, and nobody sees the person any more."""
    receipt = Receipt.objects.create(
        number=number,
        kind=ReceiptKind.ERASURE,
        state=ReceiptState.ENDING,
        person=person,
        language=language,
        asked_at=asked_at,
        hidden_at=timezone.now(),
    )
    if not may_stay(person):
        User.objects.filter(pk=person.pk).update(is_active=False)
    applicants: list[int] = []
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            influencers = Influencer.objects.filter(person=person)
            applicants += influencers.exclude(archived_at=None).filter(applications__is_new=True).values_list("pk", flat=True)  # fmt: skip
            Application.objects.filter(person=person).delete()
            archive_influencers(list(influencers), actor=None)
    receipt.texts = {"applicants": sorted(set(applicants))}
    receipt.save(update_fields=["texts"])
    return receipt


def wish_of(receipt: Receipt, person: User) -> dict[str, Any]:
    """The content of a wish in the ledger: an id, and times."""
    return {
        "person": person.pk,
        "joined_at": person.date_joined.isoformat(),
        "language": receipt.language,
        "asked_at": receipt.asked_at.isoformat(),
    }


def _erase(receipt_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    return {pk: _next_step(pk) for pk in receipt_ids}


def _next_step(receipt_id: int) -> timedelta | None:
    """Do what is next. When there is more to do; None at the end."""
    receipt = Receipt.objects.select_related("person").get(pk=receipt_id)
    if receipt.person is None:
        return None
    return STEPS[ReceiptState(receipt.state)](receipt, receipt.person)


def end_permissions(receipt: Receipt, person: User, *, waits: bool = True) -> timedelta | None:
    """At TikTok first. A permission that TikTok does not end is forgotten here all the same, and the receipt says so. `waits`: for a TikTok that does not answer."""
    is_late = not waits or timezone.now() - receipt.asked_at > WITHOUT_TIKTOK_AFTER
    for connection in Connection.objects.filter(person=person):
        if not connection.is_live:
            continue
        try:
            is_ended_there = disconnect(connection, actor=person)
        except TikTokProblem as problem:
            if not isinstance(problem, TikTokRefused) and not is_late:
                return AGAIN
            receipt.refused_count += 1
            revoked = ConnectionState.REVOKED
            end_grant(connection, state=revoked, reason=ERASED, actor=person, withdraw=True)
        else:
            receipt.ended_count += is_ended_there
            receipt.refused_count += not is_ended_there
        receipt.save(update_fields=["ended_count", "refused_count"])
    receipt.state, receipt.ended_at = ReceiptState.DELETING, timezone.now()
    receipt.save(update_fields=["state", "ended_at"])
    return timedelta(0)


@transaction.atomic
def delete_rows(receipt: Receipt, person: User) -> timedelta | None:
    """In every organization, all or nothing."""
    counts: Counter[str] = Counter()
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            Application.objects.filter(person=person).delete()
            for influencer in Influencer.objects.filter(person=person):
                addresses = [influencer.email, person.email, *_further(influencer)]
                counts["mails"] += len(tied_ids([influencer.pk]))
                was_known = influencer.pk not in receipt.texts.get("applicants", ())
                deleted = delete_influencer(
                    influencer, actor=None, verb=Verb.INFLUENCER_ERASED, was_known=was_known
                )
                forget_every_mark(set(addresses) - {each for each, _ in holders(addresses)})
                counts.update(_counted(deleted))
                counts["searched"] += len(deleted.searches)
                jobs = [*deleted.readings, *deleted.searches]
                receipt.jobs += [[organization.pk, job.pk, 0] for job in jobs]
            receipt.jobs += [[organization.pk, job.pk, 0] for job in _delete_left_creators(person)]
    receipt.counts, receipt.state, receipt.texts = dict(counts), ReceiptState.CHECKING, {}
    receipt.save(update_fields=["counts", "jobs", "state", "texts"])
    return timedelta(0)


def _further(influencer: Influencer) -> list[str]:
    return list(influencer.other_addresses.values_list("email", flat=True))


def _counted(deleted: Deleted) -> Counter[str]:
    counts = Counter({"kept": deleted.kept, "records": sum(deleted.rows.values())})
    for label, key in COUNTED.items():
        counts[key] += deleted.rows.get(label, 0)
    return counts


def _delete_left_creators(person: User) -> list[Job]:
    """Accounts whose influencer the organization had deleted while the consent held."""
    consents = Consent.objects.filter(connection__person=person).values("creator")
    left = Creator.objects.filter(pk__in=consents, account=None).values_list("pk", flat=True)
    return remove_creators(list(left), actor=None)


def _check(receipt: Receipt, person: User) -> timedelta | None:
    """Wait for the jobs that delete readings and search all texts again; then the receipt is issued and mailed."""
    is_late = timezone.now() - receipt.asked_at > UNCONFIRMED_AFTER
    counts: Counter[str] = Counter(receipt.counts)
    waits = False
    for entry in receipt.jobs:
        organization_id, job_id, tries = entry
        with organization_scope(organization_id):
            job = Job.objects.get(pk=job_id)
            if job.state == JobState.DONE:
                counts.update({row["key"]: row["count"] for row in job.outcome})
            elif is_late or (job.is_finished and tries == MOST_TRIES):
                counts["unconfirmed"] += 1
                Job.objects.filter(pk=job_id, kind=SEARCH).exclude(finished_at=None).update(params={})  # fmt: skip
            else:
                waits = True
                if job.is_finished:
                    start_again(job)
                    entry[2] += 1
    if waits:
        receipt.save(update_fields=["jobs"])
        return CHECK_AGAIN
    receipt.counts = dict(counts)
    with transaction.atomic():
        issue(receipt, state=ReceiptState.MAILING)
        mail_receipt(receipt, person)
    return timedelta(0)


def _wait_for_mail(receipt: Receipt, person: User) -> timedelta | None:
    """The address goes once the receipt has been sent there, or could not be within hours."""
    is_late = timezone.now() - (receipt.finished_at or receipt.asked_at) > MAIL_WAITS_FOR
    if mail_receipt(receipt, person) and not is_late:
        return CHECK_AGAIN
    let_go(receipt, person)
    return None


STEPS = {
    ReceiptState.ENDING: end_permissions,
    ReceiptState.DELETING: delete_rows,
    ReceiptState.CHECKING: _check,
    ReceiptState.MAILING: _wait_for_mail,
}


def register_work() -> None:
    """Erasing is waited for: permissions end within a minute."""
    register_kind(WorkKind(ERASE, Lane.PERSON, _erase, has_owner=False))
