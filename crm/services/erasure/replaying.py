"""Erasures that are executed again in a database that was restored from before them, as the ledger says."""

from __future__ import annotations

from datetime import datetime

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Receipt
from crm.services.erasure.people import ERASE, delete_rows, end_permissions, hide
from crm.services.erasure.persons import let_go
from crm.services.erasure.receipts import TIMES
from files.services.ledger import Entry
from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import do_slices, start_again
from jobs.services.queue import make_due
from tenancy.models import User
from tenancy.scope import organization_scope


class ErasureUnfinished(RuntimeError):
    """A job that deletes has failed; the erasure goes on where it is left."""


def ask_again(entry: Entry) -> None:
    """A wish that the database lost: the person is hidden again. One who came after the backup is not there."""
    person = _person_of(entry)
    if person is None or Receipt.objects.filter(number=entry.number).exists():
        return
    asked_at = datetime.fromisoformat(entry.content["asked_at"])
    hide(person, number=entry.number, language=entry.content["language"], asked_at=asked_at)


def erase_again(entry: Entry) -> None:
    """Do at once what had been done, and keep its receipt as it was; nobody is mailed again. Raises ErasureUnfinished."""
    receipt = Receipt.objects.filter(number=entry.number).first() or Receipt(
        number=entry.number, kind=ReceiptKind.ERASURE, state=ReceiptState.DONE
    )
    if receipt.person is not None:
        _erase(receipt, receipt.person)
    for name, fact in entry.content.items():
        setattr(receipt, name, datetime.fromisoformat(fact) if name in TIMES else fact)
    receipt.save()


def _erase(receipt: Receipt, person: User) -> None:
    if receipt.state == ReceiptState.ENDING:
        end_permissions(receipt, person, waits=False)
    if receipt.state == ReceiptState.DELETING:
        delete_rows(receipt, person)
    for organization_id, job_id, _ in receipt.jobs:
        with organization_scope(organization_id):
            _finish(Job.objects.get(pk=job_id))
    let_go(receipt, person)


def _finish(job: Job) -> None:
    if job.is_finished and job.state != JobState.DONE:
        start_again(job)
    while do_slices([job.pk])[job.pk] is not None:
        pass
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise ErasureUnfinished(f"“{job}” failed: {job.problem} Replay the ledger again.")


def begin_unfinished() -> None:
    """Have workers go on with the wishes of which the ledger has no receipt."""
    unfinished = Receipt.objects.filter(kind=ReceiptKind.ERASURE).exclude(state=ReceiptState.DONE)
    make_due(ERASE, *unfinished.values_list("pk", flat=True))


def _person_of(entry: Entry) -> User | None:
    """The person of a wish, if it is they: ids of a restored database may have been given to somebody else since."""
    joined_at = datetime.fromisoformat(entry.content["joined_at"])
    return User.objects.filter(pk=entry.content["person"], date_joined=joined_at).first()
