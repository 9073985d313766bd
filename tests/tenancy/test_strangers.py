"""An address that somebody typed, and with which nobody ever came in, is deleted after a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.services.programs.applying import begin
from mail.models import Message
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tenancy.services.members import person_at, remove_member
from tenancy.services.strangers import forget_strangers
from tenancy.tasks import forget_strangers as task
from tests.branding import a_member
from tests.factories.programs import a_program

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=8)


def typed(email: str = "typo@example.com", **columns: Any) -> User:
    """Somebody whose address was typed eight days ago."""
    person = person_at(email, "")
    User.objects.filter(pk=person.pk).update(**{"date_joined": LONG_AGO, **columns})
    return person


def test_it_goes_with_the_codes_that_were_mailed_there() -> None:
    person = typed()
    Client().post(reverse("account_request_login_code"), {"email": person.email})
    with person_scope(person):
        assert Message.objects.count() == 1
    task()
    assert not User.objects.exists()
    with person_scope(person):
        assert not Message.objects.exists()


def test_whoever_came_is_known_or_came_lately_stays(oak: Organization, maya: User) -> None:
    typed("new@example.com", date_joined=timezone.now() - timedelta(days=6))
    typed("came@example.com", last_login=LONG_AGO)
    typed("ops@example.com", is_staff=True)
    User.objects.update(date_joined=LONG_AGO)
    User.objects.filter(email="new@example.com").update(date_joined=timezone.now())
    member, former = a_member(oak, Role.VIEWER, "vera"), a_member(oak, Role.VIEWER, "fred")
    User.objects.filter(pk__in=[member.pk, former.pk]).update(date_joined=LONG_AGO)
    with organization_scope(oak):
        remove_member(former.memberships.get(), by=a_member(oak, Role.OWNER).memberships.get())
        begin(a_program(), typed("applicant@example.com"))
    before = set(User.objects.values_list("email", flat=True))
    assert forget_strangers() == 0
    assert set(User.objects.values_list("email", flat=True)) == before


def test_whoever_signs_in_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    person = typed()
    lock = QuerySet.select_for_update

    def late(rows: QuerySet[User], **options: Any) -> QuerySet[User]:
        client = Client()
        client.force_login(person)
        assert get_user(client) == person  # type: ignore[arg-type]  # a test client has a session
        return lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", late)
    assert forget_strangers() == 0
    assert User.objects.filter(pk=person.pk).exists()
