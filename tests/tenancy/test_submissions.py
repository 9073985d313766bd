"""A form that makes something makes it once, however often and from wherever it is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from crm.models import Tag
from tenancy.models import Organization, Submission, User
from tenancy.scope import organization_scope
from tenancy.services.submissions import make_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada@oak.example")


def make() -> Tag:
    return Tag.objects.create(name=f"Tag {Tag.objects.count()}")


def test_the_same_submission_answers_with_what_it_has_made(oak: Organization, ada: User) -> None:
    with organization_scope(oak):
        first, again = (make_once("one", make, actor=ada) for _ in range(2))
        assert (first.is_first, again.is_first) == (True, False)
        assert first.pk == again.pk == Tag.objects.get().pk
        assert make_once("two", make, actor=ada).is_first
        assert Tag.objects.count() == 2


def test_submissions_are_of_one_person_in_one_organization(
    oak: Organization, elm: Organization, ada: User
) -> None:
    bo = User.objects.create_user("bo@oak.example")
    with organization_scope(oak):
        assert make_once("one", make, actor=ada).is_first
        assert make_once("one", make, actor=bo).is_first
    with organization_scope(elm):
        assert make_once("one", make, actor=ada).is_first


def test_what_was_refused_may_be_sent_again(oak: Organization, ada: User) -> None:
    def refuse() -> Any:
        raise ValueError("no")

    with organization_scope(oak):
        with pytest.raises(ValueError, match="no"):
            make_once("one", refuse, actor=ada)
        assert not Submission.objects.exists()
        assert make_once("one", make, actor=ada).is_first


def test_submissions_are_kept_for_a_day(oak: Organization, ada: User) -> None:
    with organization_scope(oak):
        make_once("one", make, actor=ada)
        with time_machine.travel(timezone.now() + timedelta(hours=23)):
            make_once("two", make, actor=ada)
            assert Submission.objects.count() == 2
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            make_once("three", make, actor=ada)
        assert set(Submission.objects.values_list("token", flat=True)) == {"two", "three"}
