"""The permission of creators to publish what they upload here, beside their consent to be seen."""

from __future__ import annotations

from tenancy.models import User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tiktok.enums import LIVE_CONNECTION_STATES
from tiktok.models import Connection, Creator, PublishingConsent
from tiktok.queries.accounts import active_consents

SCOPE = "video.publish"
# The text stands in templates/portal/consent/publishing-<version>.html, and stays as it was agreed to.
PUBLISHING_VERSION = "2026-12"


def publishing_consent(creator: Creator) -> PublishingConsent | None:
    """The standing permission for the organization in scope, whether or not TikTok has given us its part."""
    rows = PublishingConsent.objects.filter(creator=creator, withdrawn_at=None)
    return rows.select_related("connection").first()


def publishing_over(creator: Creator) -> Connection | None:
    """The live connection over which may be published for the organization in scope: both consents stand, and TikTok's scope."""
    consent = active_consents().filter(creator=creator).first()
    allowed = publishing_consent(creator)
    if consent is None or allowed is None or allowed.connection_id != consent.connection_id:
        return None
    return allowed.connection if SCOPE in allowed.connection.scopes else None


def lets_us_publish(person: User) -> bool:
    """Does any organization have a standing permission of this person to publish?"""
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            rows = PublishingConsent.objects.filter(connection__person=person, withdrawn_at=None)
            if rows.filter(connection__state__in=LIVE_CONNECTION_STATES).exists():
                return True
    return False
