"""Creators who are written to, and the worker that writes to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from crm.models import Influencer, Mailing, MailingRecipient
from crm.services.mailings.mailings import Draft, create_mailing
from jobs.enums import Lane
from jobs.models import Work
from tenancy.models import User
from tests.factories.crm import InfluencerFactory
from tests.mail.conftest import server
from tests.mailing import sent_mail
from tests.working import pump

__all__ = ["server"]
DRAFT = Draft("News for {{ influencer }}", "{{ salutation }},\n\nwe have news.")


def a_creator(name: str, **values: Any) -> Influencer:
    email = values.pop("email", f"{name.lower()}@example.com")
    return InfluencerFactory.create(name=name, email=email, **values)


def a_mailing(creators: Sequence[Influencer], actor: User, draft: Draft = DRAFT) -> Mailing:
    return create_mailing(draft, [each.pk for each in creators], key=uuid.uuid4(), actor=actor)


def work_on() -> None:
    """Do all long work that is due."""
    while pump(Lane.BULK):
        pass


def let_time_pass() -> None:
    """Bring the time of every planned round."""
    Work.objects.filter(kind="crm.mailing").update(due_at=timezone.now())


def heard() -> list[tuple[str, str]]:
    """The recipient and subject of each e-mail that has gone out, in order."""
    return [(mail.to[0], mail.subject) for mail in sent_mail()]


def states(mailing: Mailing) -> dict[str, tuple[str, str]]:
    """State and reason of each recipient, by name."""
    rows = MailingRecipient.objects.filter(mailing=mailing).select_related("influencer")
    return {row.influencer.name: (row.state, row.skip_reason) for row in rows}


def the_recipient(name: str) -> MailingRecipient:
    return MailingRecipient.objects.get(influencer__name=name)


def fresh(mailing: Mailing) -> Mailing:
    return Mailing.objects.select_related("job", "reminder_job").get(pk=mailing.pk)


@pytest.fixture
def two(_scope: None) -> list[Influencer]:
    """Maya and Noor, with addresses."""
    return [a_creator("Maya", salutation="Dear Maya"), a_creator("Noor")]
