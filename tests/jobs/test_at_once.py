"""Work that a person waits for begins beside their request, so much at a time, and is a worker's where it cannot."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobs.enums import JobState, Lane
from jobs.errors import TryLater
from jobs.models import Job, Work
from jobs.queries import next_try_at
from jobs.services import at_once, jobs
from jobs.services.at_once import PLACES, beside, do_at_once
from jobs.services.errands import Done, done_of, errand, says, start_errand
from jobs.services.jobs import begin_at_once, register_job
from tenancy.enums import Role
from tenancy.models import User
from tenancy.scope import current_organization_id, organization_scope
from tenancy.services.organizations import add_member
from tests.working import pump

PRUNE = "tree.prune"
in_a_thread = beside  # before each test's fixture puts another in its place


class Refused(Exception):
    pass


class Pruning:
    """An invented errand: waits until it may, then says what a test wants."""

    def __init__(self) -> None:
        self.may_end = Event()
        self.may_end.set()
        self.times = 0
        self.meets: Exception | None = None

    def do(self, job: Job) -> Done:
        self.times += 1
        self.may_end.wait(20)
        if self.meets is not None:
            raise self.meets
        return Done("pruned", (("crm:influencers", "The ash"),), "Neatly.")

    def report(self, job: Job):
        done = done_of(job)
        sentence = ("success", done.text) if done.key else ("error", done.text)
        return says(sentence, to=("crm:influencers",))


@pytest.fixture
def pruning(monkeypatch) -> Pruning:
    made = Pruning()
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    kind = errand(
        PRUNE, "Prune a tree", {"pruned": "trees pruned"}, made.do, made.report, problems=(Refused,)
    )
    register_job(kind)
    return made


def ada_of(elm) -> User:
    ada = User.objects.create_user("ada@example.com", name="Ada")
    add_member(elm, ada, role=Role.MANAGER, actor=ada)
    return ada


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def started(elm, ada) -> Job:
    with organization_scope(elm):
        return start_errand(PRUNE, {"tree": 1}, actor=ada)


# --- beside the request ------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_what_takes_long_is_not_waited_for_and_goes_on(elm, pruning, monkeypatch) -> None:
    monkeypatch.setattr(at_once, "beside", in_a_thread)
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0.2)
    job = started(elm, ada_of(elm))
    pruning.may_end.clear()

    began = time.monotonic()
    with organization_scope(elm):
        begin_at_once(job)
    assert time.monotonic() - began < 2
    assert not job.is_finished

    pruning.may_end.set()
    until = time.monotonic() + 10
    late = Work.objects.filter(
        kind=jobs.ERRAND_KIND, due_at__gt=timezone.now() + timedelta(hours=1)
    )
    while not late.exists() and time.monotonic() < until:
        time.sleep(0.05)
    with organization_scope(elm):
        job.refresh_from_db()
    assert (job.state, done_of(job).text, pruning.times) == (JobState.DONE, "Neatly.", 1)
    assert late.get().lease_until is None


@pytest.mark.django_db(transaction=True)
def test_while_all_places_are_taken_nothing_is_begun_and_nobody_waits(elm, monkeypatch) -> None:
    monkeypatch.setattr(at_once, "beside", in_a_thread)
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0.05)
    done, begun = Event(), []

    def slow() -> None:
        begun.append(current_organization_id())
        done.wait(20)

    with organization_scope(elm):
        for _ in range(PLACES):
            do_at_once(slow)
        monkeypatch.setattr(at_once, "WAIT_SECONDS", 20)
        asked = time.monotonic()
        do_at_once(slow)
    assert time.monotonic() - asked < 2
    assert begun == [elm.pk] * PLACES
    done.set()
    connection.close()


@pytest.mark.django_db
def test_a_defect_of_what_was_begun_is_logged_and_gives_its_place_back(elm, caplog) -> None:
    tried = []

    def broken() -> None:
        tried.append(current_organization_id())
        raise ZeroDivisionError

    with organization_scope(elm):
        for _ in range(PLACES + 1):
            do_at_once(broken)
    assert tried == [elm.pk] * (PLACES + 1)
    assert caplog.text.count("at_once.broken") == PLACES + 1


@pytest.mark.django_db
def test_what_found_no_place_is_done_by_a_worker_of_the_lane_that_people_wait_for(
    elm, pruning, monkeypatch
) -> None:
    monkeypatch.setattr(at_once, "beside", lambda act: None)
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0)
    with monkeypatch.context() as patched:
        patched.setattr(at_once, "_places", at_once.BoundedSemaphore(1))
        job = started(elm, ada_of(elm))
        with organization_scope(elm):
            assert not begin_at_once(job).is_finished
    assert pump(Lane.BULK) == 0
    assert pump(Lane.PERSON) == 1
    with organization_scope(elm):
        job.refresh_from_db()
    assert job.state == JobState.DONE


@pytest.mark.django_db
def test_the_same_errand_begun_twice_is_done_once(elm, pruning) -> None:
    ada = ada_of(elm)
    first, second = started(elm, ada), started(elm, ada)
    with organization_scope(elm):
        begin_at_once(first)
        begin_at_once(second)
        first.refresh_from_db()
    assert (first, pruning.times) == (second, 1)
    assert (first.done_count, first.total_count) == (1, 1)


@pytest.mark.django_db
def test_an_errand_and_what_it_says_of_people_are_deleted_within_a_day_of_its_end(
    elm, pruning
) -> None:
    with organization_scope(elm):
        begin_at_once(started(elm, ada_of(elm)))
        due_at = Work.objects.get(kind="job.errand").due_at
        assert timedelta(hours=19) < due_at - timezone.now() < timedelta(hours=21)
        Work.objects.update(due_at=timezone.now())
        pump(Lane.PERSON)
        assert Job.objects.count() == 1  # what is due too early waits on
        Work.objects.update(due_at=timezone.now())
        Job.objects.update(finished_at=timezone.now() - timedelta(hours=20))
        pump(Lane.PERSON)
        assert not Job.objects.exists()
    assert not Work.objects.exists()
    assert pruning.times == 1


@pytest.mark.django_db
def test_a_problem_is_said_in_its_own_words_and_a_defect_in_ours(elm, pruning) -> None:
    ada = ada_of(elm)
    pruning.meets = Refused("The ash is too high.")
    with organization_scope(elm):
        job = begin_at_once(started(elm, ada))
        assert (job.state, done_of(job)) == (JobState.FAILED, Done("", text="The ash is too high."))
        pruning.meets = ValueError("x")
        job = begin_at_once(started(elm, ada))
        assert done_of(job).text == jobs.OUR_FAULT


# --- the page that follows ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_page_follows_and_leads_on_at_the_end(elm, pruning) -> None:
    ada = ada_of(elm)
    client, job = browser_of(ada), started(elm, ada)
    address = f"/o/elm/activity/{job.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    seen = {"X-Seen": page.context["live"].version}
    assert f'data-live-eager data-live="{seen["X-Seen"]}"' in page.content.decode()
    assert "You can leave it: the work goes on." in " ".join(page.content.decode().split())

    assert client.get(address, headers=seen).status_code == 204
    pump(Lane.PERSON)
    poll = client.get(address, headers=seen)
    assert poll["HX-Redirect"] == address
    end = client.get(address, follow=True)
    assert end.redirect_chain == [("/o/elm/influencers/", 302)]
    assert [str(message) for message in end.context["messages"]] == ["Neatly."]


@pytest.mark.django_db
def test_the_page_says_when_it_is_tried_again(elm, pruning, monkeypatch) -> None:
    pruning.meets = TryLater(600)
    ada = ada_of(elm)
    job = started(elm, ada)
    later = timezone.now() + timedelta(minutes=10)
    Work.objects.filter(subject_id=job.pk).update(due_at=later)
    with organization_scope(elm):
        assert next_try_at(job) is None  # it has not met any trouble
    Work.objects.filter(subject_id=job.pk).update(postponed_reason="later", due_at=timezone.now())
    assert (
        "TikTok takes longer than usual"
        in browser_of(ada).get(f"/o/elm/activity/{job.pk}/").content.decode()
    )
    Work.objects.filter(subject_id=job.pk).update(due_at=later)
    page = " ".join(browser_of(ada).get(f"/o/elm/activity/{job.pk}/").content.decode().split())
    assert "TikTok cannot answer at the moment." in page
    assert "in 10 minutes" in page or "in 9 minutes" in page


@pytest.mark.django_db
def test_a_job_of_another_organization_is_followed_by_nobody_here(elm, oak, pruning) -> None:
    job = started(oak, ada_of(elm))
    assert browser_of(User.objects.get()).get(f"/o/elm/activity/{job.pk}/").status_code == 404
