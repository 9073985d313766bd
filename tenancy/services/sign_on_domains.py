"""Domains of the organization in scope: proven by a code that is mailed to a mailbox only their keeper can have.

`influence.single_sign_on.domain_codes` sends it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenancy.enums import Verb
from tenancy.errors import (
    DomainCodeJustSent,
    DomainCodeWrong,
    DomainIsPublic,
    DomainsWait,
    DomainTaken,
)
from tenancy.models import SignOnDomain, User
from tenancy.models.api_key import digest
from tenancy.public_mail import is_public_mail
from tenancy.queries import sign_on_domains, sign_on_provider
from tenancy.scope import required_organization_id
from tenancy.services.events import record
from tenancy.services.single_sign_on import forget_links, turn_off

VALID_FOR = timedelta(days=1)
SENT_AGAIN_AFTER = timedelta(minutes=1)
MOST_WRONG_CODES = 5
MOST_WAITING = 10  # domains of an organization that are not proven
LETTERS = (
    "BCDFGHJKLMNPQRSTVWXZ23456789"  # no vowels, so no words; nothing that is mistaken for another
)


@transaction.atomic
def write_domain(domain: str, mailbox: str, *, actor: User) -> tuple[SignOnDomain, str]:
    """The domain with a new code, which ends an earlier one.

    Raises DomainIsPublic, DomainTaken, DomainsWait, DomainCodeJustSent.
    """
    if is_public_mail(domain):
        raise DomainIsPublic(domain)
    if SignOnDomain.objects.filter(domain=domain, proven_at__isnull=False).exists():
        raise DomainTaken(domain)
    waiting = sign_on_domains().filter(proven_at__isnull=True).exclude(domain=domain)
    if waiting.count() >= MOST_WAITING:
        raise DomainsWait(MOST_WAITING)
    now, code = timezone.now(), "".join(secrets.choice(LETTERS) for _ in range(10))
    row, is_new = SignOnDomain.objects.select_for_update().get_or_create(
        organization_id=required_organization_id(),
        domain=domain,
        defaults={"mailbox": mailbox, "digest": digest(code), "sent_at": now},
    )
    if not is_new:
        if row.sent_at > now - SENT_AGAIN_AFTER:
            raise DomainCodeJustSent
        row.mailbox, row.digest, row.sent_at, row.wrong_codes = mailbox, digest(code), now, 0
        row.save()
    record(Verb.SIGN_ON_DOMAIN_ADDED, row, actor=actor)
    return row, code


def prove_domain(row: SignOnDomain, code: str, *, actor: User) -> None:
    """Take the mailed code: the domain is the organization's from now on. Raises DomainCodeWrong, DomainTaken."""
    try:
        is_proven = _take(row, code.strip().upper(), actor)
    except IntegrityError as problem:  # another organization was first
        raise DomainTaken(row.domain) from problem
    if not is_proven:
        raise DomainCodeWrong


@transaction.atomic
def _take(row: SignOnDomain, code: str, actor: User) -> bool:
    locked = sign_on_domains().select_for_update().get(pk=row.pk)
    if locked.proven_at is not None:
        return True
    is_open = locked.wrong_codes < MOST_WRONG_CODES and locked.sent_at > timezone.now() - VALID_FOR
    if not is_open or not hmac.compare_digest(locked.digest, digest(code)):
        locked.wrong_codes = min(locked.wrong_codes + 1, MOST_WRONG_CODES)
        locked.save(update_fields=["wrong_codes"])
        return False
    locked.proven_at = timezone.now()
    locked.save(update_fields=["proven_at"])
    record(Verb.SIGN_ON_DOMAIN_PROVEN, locked, actor=actor)
    return True


@transaction.atomic
def remove_domain(row: SignOnDomain, *, actor: User) -> None:
    """Give a domain up; its people are bound to the provider no longer. Without any left, single sign-on is turned off."""
    record(Verb.SIGN_ON_DOMAIN_REMOVED, row, actor=actor)
    row.delete()
    forget_links(row.domain)
    provider = sign_on_provider()
    if provider and not sign_on_domains().filter(proven_at__isnull=False).exists():
        turn_off(provider, actor=actor)
