"""The marks of e-mail addresses, and what follows for mail to them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mail.models import Address
from mail.policies import refusal
from mail.queries import address_mark
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import current_organization_id
from tenancy.services.events import record


def refuse_unwanted(address: str, *, is_bulk: bool) -> None:
    """Raises AddressBounced; for outreach AddressUnsubscribed and AddressComplained. A person's own mail is never refused."""
    known = address_mark(address)
    problem = refusal(known, is_bulk=is_bulk) if known else None
    if problem:
        raise problem


def mark(address: str, field: str) -> None:
    """Note now as the time of `bounced_at`, `complained_at` or `unsubscribed_at`, unless it is noted already.

    Changes nothing outside an organization's scope: a person's own mails say nothing to any organization.
    """
    if current_organization_id() is None:
        return
    known, _ = Address.objects.get_or_create(address=address)
    Address.objects.filter(pk=known.pk, **{f"{field}__isnull": True}).update(
        **{field: timezone.now()}
    )


@transaction.atomic
def allow_again(address: Address, *, actor: User) -> None:
    """The mailbox works now: mail to an address that bounced is tried again."""
    unmark(address.address, "bounced_at")
    record(Verb.MAIL_ADDRESS_ALLOWED, address, actor=actor)


def unmark(address: str, field: str) -> None:
    """Forget the mark."""
    Address.objects.filter(address=address).update(**{field: None})
