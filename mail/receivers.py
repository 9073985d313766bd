"""The outbox's reactions to a provider's news, and to links that were followed."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, password_reset
from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver

from mail.services.tracking import take_news
from tenancy.models import User


@receiver(tracking, dispatch_uid="mail.tracking")
def note_news(event: AnymailTrackingEvent, **_: Any) -> None:
    """Webhook events of django-anymail's views."""
    take_news(event)


@receiver(password_reset, dispatch_uid="mail.followed_link")
def confirm_address(user: User, **_: Any) -> None:
    """Confirm the only address of a person who has chosen a password by a mailed link; it is theirs."""
    others = EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email)
    if not others.exists():
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


@receiver(authentication_step_completed, dispatch_uid="mail.proven_address")
def keep_proof(user: User, method: str, email: str = "", **_: Any) -> None:
    """Confirm the address of a person who has just read a code there, or for whom their organization's provider vouched."""
    if method == "socialaccount" or (method == "code" and email == user.email):
        address, _is_new = EmailAddress.objects.get_or_create(user=user, email=user.email)
        if address.set_verified():
            address.set_as_primary()
