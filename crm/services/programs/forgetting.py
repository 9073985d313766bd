"""Applications that go: withdrawn ones at once, the others 30 days after a draft was saved, a question was asked back that
nobody answered, or they were declined.

With an application go its answers, file, votes and notes; and, if nobody but it brought them here, the influencer with the
account, everything that was read of it, and the mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from crm.enums import ApplicationState
from crm.models import Application, Influencer
from crm.services.influencers import delete_influencer
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind
from tenancy.enums import Verb
from tenancy.scope import groups_scope
from tenancy.services.events import record
from tiktok.models import Consent
from tiktok.services.connect.disconnect import withdraw_consent

FORGET = "crm.application.forget"
KEPT_FOR = timedelta(days=30)


def forget_later(application: Application) -> None:
    """See to it that a draft that is not sent, one that is asked back, and one that is declined, goes in time."""
    make_due(FORGET, application.pk, after=KEPT_FOR)


@transaction.atomic
def delete_application(application: Application, verb: Verb) -> None:
    """Delete the application with what came with it alone. `verb`: why, as the program's history says it."""
    actor = application.person if verb == Verb.APPLICATION_WITHDRAWN else None
    record(verb, application.program, actor=actor, application=application.pk)
    influencer = application.influencer
    if influencer is not None and application.is_new:
        with groups_scope(None):
            _delete_applicant(influencer, application)
    application.delete()


def _delete_applicant(influencer: Influencer, application: Application) -> None:
    """Delete who came by this application alone; whoever was taken in meanwhile, or applies for something else, stays."""
    others = influencer.applications.exclude(pk=application.pk)
    if influencer.archived_at is None or others.exists():
        return
    creators = influencer.accounts.exclude(creator=None).values("creator")
    for consent in Consent.objects.filter(creator__in=creators, withdrawn_at=None):
        withdraw_consent(consent, actor=None)
    delete_influencer(influencer, actor=None, was_known=False)


def _forget(application_ids: Sequence[int]) -> dict[int, timedelta | None]:
    return {pk: _forget_one(pk) for pk in application_ids}


@transaction.atomic
def _forget_one(application_id: int) -> timedelta | None:
    """Delete it if its time is over. Returns how long it stays still; None if it is gone, or is not to go."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("program")
    application = rows.filter(pk=application_id).first()
    since = _since(application) if application else None
    if application is None or since is None:
        return None
    left = since + KEPT_FOR - timezone.now()
    if left > timedelta(0):
        return left
    delete_application(application, Verb.APPLICATION_EXPIRED)
    return None


def _since(application: Application) -> datetime | None:
    if application.state == ApplicationState.STARTED:
        return application.saved_at
    is_over = application.state in {ApplicationState.ASKED_BACK, ApplicationState.DECLINED}
    return application.decided_at if is_over else None


def register_work() -> None:
    """Make the work known."""
    register_kind(WorkKind(FORGET, Lane.BULK, _forget, batch=20))
