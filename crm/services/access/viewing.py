"""Note that a member views the dashboard as the influencer: in an event, and in the influencer's access log."""

from __future__ import annotations

from crm.enums import AccessKind
from crm.models import Influencer
from crm.services.access.recording import note_access
from tenancy.enums import Verb
from tenancy.models import Membership
from tenancy.services.events import record


def note_viewing(influencer: Influencer, *, by: Membership) -> None:
    """Record it. In the organization's scope, each time that somebody begins to view."""
    record(Verb.INFLUENCER_VIEWED_AS, influencer, actor=by.user)
    note_access(AccessKind.DASHBOARD, role=by.role, influencer_id=influencer.pk)
