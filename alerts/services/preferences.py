"""Wishes of members about their alerts, and the link that ends their e-mail with one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from alerts.models import Preferences
from alerts.policies import usual_delivery
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, required_organization_id

SALT = "alerts.off"


def preferences_of(person_id: int) -> Preferences:
    """The member's preferences, saved or not."""
    known = Preferences.objects.filter(person=person_id).first()
    return known or Preferences(person_id=person_id)


@transaction.atomic
def save_preferences(
    person: User,
    *,
    deliveries: Mapping[str, str],
    of_everybody: bool,
    is_mailed: bool,
    time_zone: str,
) -> Preferences:
    """Keep what the member wishes from now on; what is usual is not kept."""
    chosen = {kind: way for kind, way in deliveries.items() if way != usual_delivery(kind)}
    preferences, _ = Preferences.objects.update_or_create(
        person=person,
        defaults={
            "deliveries": chosen,
            "of_everybody": of_everybody,
            "is_mailed": is_mailed,
            "time_zone": time_zone,
        },
    )
    return preferences


@dataclass(frozen=True)
class MailSwitch:
    """The e-mail of alerts of one member, which the link at its end turns off and on."""

    organization: Organization
    person_id: int

    @property
    def is_on(self) -> bool:
        with organization_scope(self.organization):
            return preferences_of(self.person_id).is_mailed

    def turn(self, *, is_on: bool) -> None:
        """Turn it on or off. What was waiting for an e-mail stands on screen."""
        with organization_scope(self.organization):
            Preferences.objects.update_or_create(
                person_id=self.person_id, defaults={"is_mailed": is_on}
            )


def off_url(person_id: int) -> str:
    """The link that turns off the e-mail of this member of the organization in scope; it never expires."""
    token = signing.Signer(salt=SALT).sign_object([required_organization_id(), person_id])
    return f"{settings.PUBLIC_URL}{reverse('alerts_off', args=[token])}"


def mail_switch(token: str) -> MailSwitch | None:
    """The switch that a link names; None for a link that we did not make, or whose organization or person is gone."""
    try:
        organization_id, person_id = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    organization = Organization.objects.filter(pk=organization_id).first()
    is_known = User.objects.filter(pk=person_id).exists()
    return MailSwitch(organization, person_id) if organization and is_known else None
