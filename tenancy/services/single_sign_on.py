"""Single sign-on of the organization in scope: its provider, tested before it is on, and whether it is required."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from tenancy.enums import Role, Verb
from tenancy.errors import (
    SignOnByOwners,
    SignOnChanged,
    SignOnFault,
    SignOnIsOff,
    SignOnRefused,
    SignOnUntested,
    TrustByOwners,
)
from tenancy.models import Membership, Organization, SingleSignOn, User, provider_key
from tenancy.queries import sign_on_domains, sign_on_provider
from tenancy.scope import required_organization_id
from tenancy.services.events import record


@transaction.atomic
def set_provider(provider: SingleSignOn, given: Mapping[str, str], *, actor: User) -> None:
    """Enter a provider, or correct it; it is off until it was tested again.

    `given`: a text for each of SingleSignOn.ENTERED; one that is absent is not of this protocol, and empty.
    """
    texts = {name: given.get(name, "") for name in SingleSignOn.ENTERED}
    changed = {name: text for name, text in texts.items() if text != getattr(provider, name)}
    if not changed:
        return
    _stop_requiring(actor)
    if changed.keys() & {"protocol", "issuer"}:  # who is who there says nothing about here
        forget_links()
    for name, text in changed.items():
        setattr(provider, name, text)
    provider.tested_at, provider.is_on = None, False
    provider.save()
    fields = sorted(name.removeprefix("sealed_") for name in changed)
    record(Verb.SINGLE_SIGN_ON_SET, provider, actor=actor, texts={"fields": fields})


@transaction.atomic
def note_test(provider: SingleSignOn, *, actor: User) -> None:
    """Keep that somebody who manages the organization went to the provider and came back. Raises SignOnRefused."""
    row = unchanged(provider)
    row.tested_at = timezone.now()
    row.save(update_fields=["tested_at"])
    record(Verb.SINGLE_SIGN_ON_TESTED, row, actor=actor)


@transaction.atomic
def turn_on(provider: SingleSignOn, *, seen: str, by: Membership) -> None:
    """Let the provider sign people in, if it is still the one whose mark the owner has seen.

    Raises SignOnByOwners, SignOnUntested, SignOnChanged.
    """
    if by.role != Role.OWNER:
        raise SignOnByOwners
    organization = _held_organization()
    locked = SingleSignOn.objects.get(pk=provider.pk)
    if locked.tested_at is None or not sign_on_domains().filter(proven_at__isnull=False).exists():
        raise SignOnUntested
    if locked.is_on:
        return
    if locked.mark != seen:
        raise SignOnChanged
    locked.is_on = True
    locked.save(update_fields=["is_on"])
    organization.single_sign_on_since = timezone.now()
    organization.save(update_fields=["single_sign_on_since"])
    record(Verb.SINGLE_SIGN_ON_TURNED_ON, locked, actor=by.user)


@transaction.atomic
def turn_off(provider: SingleSignOn, *, actor: User) -> None:
    """Let the provider sign nobody in any more; then it is not required, either."""
    _stop_requiring(actor)
    if provider.is_on:
        provider.is_on = False
        provider.save(update_fields=["is_on"])
        record(Verb.SINGLE_SIGN_ON_TURNED_OFF, provider, actor=actor)


@transaction.atomic
def set_rules(
    provider: SingleSignOn, *, gives_role: str, trusts_addresses: bool, by: Membership
) -> None:
    """Say who comes in for the first time, and whether addresses count as verified. Without a change, no event.

    Raises TrustByOwners.
    """
    _held_organization()
    locked = SingleSignOn.objects.get(pk=provider.pk)
    if (locked.gives_role, locked.trusts_addresses) == (gives_role, trusts_addresses):
        return
    trusts_more = trusts_addresses and not locked.trusts_addresses
    if trusts_more and locked.is_on and by.role != Role.OWNER:
        raise TrustByOwners
    locked.gives_role, locked.trusts_addresses = gives_role, trusts_addresses
    locked.save(update_fields=["gives_role", "trusts_addresses"])
    record(
        Verb.SINGLE_SIGN_ON_RULES_SET,
        locked,
        actor=by.user,
        trusts_addresses=trusts_addresses,
        **({"gives_role": Role(gives_role)} if gives_role else {"invited_only": True}),
    )


@transaction.atomic
def require_sign_on(organization: Organization, is_required: bool, *, actor: User) -> None:
    """Let members at the organization's domains in by its provider alone, or by any way again. Raises SignOnIsOff."""
    provider = sign_on_provider()
    if is_required and not (provider and provider.is_on):
        raise SignOnIsOff
    if is_required == organization.requires_single_sign_on:
        return
    organization.requires_single_sign_on = is_required
    organization.save(update_fields=["requires_single_sign_on"])
    record(Verb.SINGLE_SIGN_ON_REQUIRED, organization, actor=actor, is_required=is_required)


@transaction.atomic
def remove_provider(provider: SingleSignOn, *, actor: User) -> None:
    """Forget the provider, its secret and who is who there. Members and domains stay."""
    turn_off(provider, actor=actor)
    record(Verb.SINGLE_SIGN_ON_REMOVED, provider, actor=actor)
    forget_links()
    provider.delete()


def unchanged(provider: SingleSignOn) -> SingleSignOn:
    """The provider as it stands, held until the transaction ends. Raises SignOnRefused where it is another by now."""
    _held_organization()
    same = {name: getattr(provider, name) for name in SingleSignOn.ENTERED}
    row = SingleSignOn.objects.filter(pk=provider.pk, **same).first()
    if row is None:
        raise SignOnRefused(SignOnFault.CHANGED)
    return row


def _held_organization() -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=required_organization_id())


def _stop_requiring(actor: User) -> None:
    """End the requirement, and let sign-ins by the provider as it was count for nothing."""
    organization = _held_organization()
    require_sign_on(organization, False, actor=actor)
    organization.single_sign_on_since = None
    organization.save(update_fields=["single_sign_on_since"])


def forget_links(domain: str = "") -> None:
    """Forget who is who at the provider: of people at this domain, or of all."""
    links = SocialAccount.objects.filter(provider=provider_key(required_organization_id()))
    links.filter(user__email__endswith=f"@{domain}" if domain else "").delete()
