"""The picture by which brands see that their mail was opened, in the mail of those who allow it.

The picture's address is encrypted: it says nothing to who reads it, and nobody can guess another one.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mail.models import Message
from tenancy.models import User
from tenancy.queries import influencer_organizations
from tenancy.scope import current_organization_id, organization_scope

SALT = "mail.opening"
# So soon after the sending a scanner has fetched the picture, not a reader.
TOO_SOON = timedelta(seconds=10)


def with_picture(html: str, message: Message) -> str:
    """The mail's HTML with the picture in it, where the reader has allowed it: in outreach of a brand they know."""
    if not message.is_bulk or not _readers(message).exists():
        return html
    picture = f'<img src="{_picture_url(message)}" width="1" height="1" alt="">'
    return html.replace("</body>", f"{picture}</body>", 1)


def note_opening(token: str) -> None:
    """Note when a mail's picture was fetched first, if its reader still allows it. A token that is not ours changes nothing."""
    try:
        organization, primary_key = map(int, _box().decrypt(token.encode()).split(b" "))
    except InvalidToken:
        return
    now = timezone.now()
    with organization_scope(organization), transaction.atomic():
        unopened = Message.objects.filter(opened_at=None, sent_at__lt=now - TOO_SOON)
        for message in unopened.filter(pk=primary_key).defer("html", "text"):
            # Locked: who takes it back meanwhile waits, and then forgets this one as well.
            if _readers(message).select_for_update(of=("self",)).first():
                Message.objects.filter(pk=message.pk).update(opened_at=now)


@transaction.atomic
def share_openings(person: User, *, is_shared: bool) -> None:
    """Let brands see when this person opens their mail, or no longer: then what they saw is deleted."""
    person.openings_shared_at = timezone.now() if is_shared else None
    person.save(update_fields=["openings_shared_at"])
    for organization in [] if is_shared else influencer_organizations(person):
        with organization_scope(organization):
            opened = Message.objects.filter(recipient=person.email, opened_at__isnull=False)
            opened.update(opened_at=None)


def _readers(message: Message) -> models.QuerySet[User]:
    """The person a mail goes to, if they have a dashboard with its organization and allowed it; no row else."""
    return User.objects.filter(
        email=message.recipient,
        openings_shared_at__isnull=False,
        influencer_logins__organization=current_organization_id(),
    )


def _picture_url(message: Message) -> str:
    token = _box().encrypt(f"{message.organization_id} {message.pk}".encode()).decode()
    return f"{settings.PUBLIC_URL}{reverse('opened', args=[token])}"


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [salted_hmac(SALT, "", each, algorithm="sha256").digest() for each in secrets]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
