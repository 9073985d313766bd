"""The exchange of TikTok's code is done once, whatever becomes of the process that does it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from jobs.enums import JobState
from jobs.models import Job
from jobs.services.errands import Done, done_of
from jobs.services.jobs import begin_at_once
from tenancy.scope import person_scope
from tests.connecting import SESSION, consent
from tiktok.models import ConnectAttempt, Connection
from tiktok.services.connect.connect import finish_connect
from tiktok.services.connect.errands import start_finishing
from tiktok.services.grants import attempts

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(tiktok, oak, maya) -> Job:
    """Maya has come back from TikTok; nobody has exchanged her code yet."""
    answer = consent(tiktok, maya, oak, "maya.bakes")
    return start_finishing(
        state=answer["state"],
        session_key=SESSION,
        person=maya,
        code=answer["code"],
        error=None,
        language="en",
    )


def test_what_a_lost_worker_has_connected_is_said_by_the_next_one(tiktok, maya, job) -> None:
    finish_connect(ConnectAttempt.objects.get())  # and its process is lost before it says so
    tiktok.control("stats")
    with person_scope(maya):
        job = begin_at_once(job)
    assert done_of(job) == Done("connected", text="maya.bakes")
    assert tiktok.read("stats")["total"] == 0
    client = Client()
    client.force_login(maya)
    page = client.get(reverse("own_job", args=[job.pk]), follow=True)
    assert [address for address, _ in page.redirect_chain] == [
        reverse("tiktok_connect_finished", args=[job.pk]),
        reverse("tiktok_connect_result"),
    ]
    assert "@maya.bakes is connected" in page.content.decode()


def test_a_code_that_a_lost_worker_took_is_not_tried_again(tiktok, maya, job) -> None:
    attempts.take_code(ConnectAttempt.objects.get())
    tiktok.control("stats")
    with person_scope(maya):
        job = begin_at_once(job)
    assert (job.state, job.problem) == (JobState.FAILED, attempts.BROKEN)
    assert tiktok.read("stats")["total"] == 0
    assert not Connection.objects.exists()
