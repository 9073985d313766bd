"""Contracts with influencers: versions, and how far each is agreed."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File as Upload
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from crm.enums import ContractState
from crm.errors import ContractSettled, ContractTaken
from crm.models import Contract, Influencer, Removal
from crm.policies.contracts import BEFORE, may_become
from crm.services.removals.keeping import remove
from files.enums import FileKind
from files.services.storing import store_content
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


def create_contract(
    influencer: Influencer,
    title: str,
    *,
    text: str = "",
    upload: Upload[bytes] | None = None,
    actor: User,
) -> Contract:
    """The draft of a contract, as a text or a file. Raises ContractTaken, FileRefused."""
    if influencer.contracts.filter(title=title).exists():
        raise ContractTaken(title)
    return _save(Contract(influencer=influencer, title=title), text, upload, actor)


def add_version(
    contract: Contract, *, text: str = "", upload: Upload[bytes] | None = None, actor: User
) -> Contract:
    """The draft of the next version of a contract; earlier versions stay. Raises ContractTaken, FileRefused."""
    same = Contract.objects.filter(influencer=contract.influencer_id, title=contract.title)
    last = same.aggregate(last=models.Max("version"))["last"]
    draft = Contract(influencer=contract.influencer, title=contract.title, version=last + 1)
    return _save(draft, text, upload, actor)


def _save(draft: Contract, text: str, upload: Upload[bytes] | None, actor: User) -> Contract:
    file = store_content(FileKind.INFLUENCER_FILE, upload) if upload else None
    draft.text, draft.file, draft.created_by = text, file, actor
    try:
        with transaction.atomic():
            if file is not None:
                file.save(force_insert=True)
            draft.save(force_insert=True)
            record(
                Verb.CONTRACT_CREATED,
                draft.influencer,
                actor=actor,
                texts={"contract": str(draft)},
                contract=draft.pk,
            )
    except IntegrityError as problem:  # somebody else was faster
        raise ContractTaken(draft.title) from problem
    return draft


@transaction.atomic
def change_state(contract: Contract, state: ContractState, *, actor: User) -> None:
    """Say that a contract was sent, accepted or declined; a version that is sent replaces one that waits for an answer.
    Raises ContractSettled."""
    locked = _locked(contract)
    if locked is None or not may_become(locked.state, state):
        raise ContractSettled
    locked.state = state
    if state == ContractState.SENT:
        locked.sent_at = timezone.now()
    else:
        locked.answered_at = timezone.now()
    locked.save()
    _say(locked, actor, state=state)
    if state == ContractState.SENT:
        for other in _others(locked, ContractState.SENT):
            _turn(other, ContractState.REPLACED, actor)


@transaction.atomic
def take_state_back(contract: Contract, state: ContractState, *, actor: User) -> ContractState:
    """One step back from this state: the contract was not sent, or is not answered, after all. Return the state it has now.
    Raises ContractSettled where somebody has changed it since, or there is no step back."""
    locked = _locked(contract)
    before = BEFORE.get(locked.state) if locked else None
    if locked is None or before is None or locked.state != state:
        raise ContractSettled
    locked.state, locked.answered_at = before, None
    if before == ContractState.DRAFT:
        locked.sent_at = None
    locked.save()
    _say(locked, actor, state=before, taken_back=True)
    if before == ContractState.DRAFT and not _others(locked, ContractState.SENT):
        for replaced in _others(locked, ContractState.REPLACED)[:1]:
            _turn(replaced, ContractState.SENT, actor)
    return before


def _others(contract: Contract, state: ContractState) -> list[Contract]:
    """The other versions in this state, locked, the latest first."""
    same = Contract.objects.filter(influencer=contract.influencer_id, title=contract.title)
    rows = same.filter(state=state).exclude(pk=contract.pk).order_by("-version")
    return list(rows.select_for_update(of=("self",)))


def _turn(contract: Contract, state: ContractState, actor: User) -> None:
    contract.state = state
    contract.save()
    _say(contract, actor, state=state)


def _say(contract: Contract, actor: User, **details: Any) -> None:
    record(
        Verb.CONTRACT_CHANGED,
        contract.influencer,
        actor=actor,
        texts={"contract": str(contract)},
        contract=contract.pk,
        **details,
    )


@transaction.atomic
def delete_draft(contract: Contract, *, actor: User) -> Removal:
    """Delete a version that nobody has seen. Raises ContractSettled for any other."""
    locked = _locked(contract)
    if locked is not None and locked.state != ContractState.DRAFT:
        raise ContractSettled
    return remove(contract, actor=actor)


def _locked(contract: Contract) -> Contract | None:
    return Contract.objects.select_for_update(of=("self",)).filter(pk=contract.pk).first()
