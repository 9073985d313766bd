"""The trip of an organization's administrator ends once, whatever becomes of the process that does its last part."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.models import User
from tenancy.scope import organization_scope, person_scope
from tests.branding import SESSION, a_member, set_out
from tiktok.errors import MarketplaceAccessEnded
from tiktok.models import ConnectAttempt, MarketplaceAccount
from tiktok.services.brands import oauth
from tiktok.services.brands.errands import start_finishing
from tiktok.services.grants import attempts

pytestmark = pytest.mark.django_db
SETTINGS = "/o/elm/settings/tiktok/"


@pytest.fixture
def ada(elm) -> User:
    return a_member(elm)


@pytest.fixture
def job(tiktok, elm, ada) -> Job:
    """Ada has come back from TikTok; nobody has exchanged her code yet."""
    answer = set_out(tiktok, ada, elm)
    return start_finishing(
        state=answer["state"], session_key=SESSION, person=ada, code=answer["auth_code"], error=None
    )


def begun(job: Job, person: User) -> Job:
    with person_scope(person):
        return begin_at_once(job)


def end(job: Job, person: User) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(reverse("own_job", args=[job.pk]), follow=True)


def test_what_a_lost_worker_has_connected_is_said_by_the_next_one(tiktok, ada, job) -> None:
    oauth.finish_brand_connect(ConnectAttempt.objects.get())  # and its process is lost
    tiktok.control("stats")
    page = end(begun(job, ada), ada)
    assert tiktok.read("stats")["total"] == 0
    assert page.redirect_chain == [(SETTINGS, 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "Harbour Goods and Creator Marketplace 7300000000000000009 are connected."
    ]


def test_a_code_that_a_lost_worker_took_is_not_tried_again(tiktok, elm, ada, job) -> None:
    attempts.take_code(ConnectAttempt.objects.get())
    job = begun(job, ada)
    assert (job.state, job.problem) == (JobState.FAILED, attempts.BROKEN)
    page = end(job, ada)
    assert page.redirect_chain == [(reverse("tiktok_brand_finished", args=[job.pk]), 302)]
    assert (page.status_code, attempts.BROKEN in page.content.decode()) == (400, True)
    with organization_scope(elm):
        assert not MarketplaceAccount.objects.exists()


def test_a_permission_that_is_over_at_once_connects_nothing_and_says_why(
    tiktok, ada, job, monkeypatch
) -> None:
    first_check = oauth._first_check

    def late(accounts):
        tiktok.control("brand/revoke", token=accounts[0].open_token())
        return first_check(accounts)

    monkeypatch.setattr(oauth, "_first_check", late)
    page = end(begun(job, ada), ada)
    assert page.redirect_chain == [(SETTINGS, 302)]
    assert [str(message) for message in page.context["messages"]] == [
        f"Not everything could be set up; we keep trying. {MarketplaceAccessEnded()}"
    ]
