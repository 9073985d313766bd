"""Long work of people: in slices, each with its progress in one transaction; taken up again, cancelled, told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from jobs.enums import JobState, Lane
from jobs.errors import JobFailed
from jobs.models import Job, Work
from jobs.services import jobs
from jobs.services.claims import claim, work
from jobs.services.jobs import JobKind, cancel_job, register_job, start_job
from jobs.services.kinds import kinds_in
from jobs.services.queue import make_due
from jobs.services.slices import move_on, next_ids
from tenancy.enums import Permission, Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import current_groups, organization_scope, person_scope
from tenancy.services.organizations import add_member
from tests.branding import a_member
from tests.working import pump

pytestmark = pytest.mark.django_db
PLANT = "tree.plant"


class Later(Exception):
    retry_after = 600.0


class Planting:
    """An invented kind: plants trees, three in a slice; what it meets on the way is set by a test."""

    def __init__(self) -> None:
        self.fetched: list[list[int]] = []
        self.meets: Exception | None = None
        self.meanwhile: Any = None

    def fetch(self, job: Job) -> list[int]:
        ids = next_ids(job, 3)
        self.fetched.append(ids)
        if self.meets is not None:
            raise self.meets
        if self.meanwhile is not None:
            self.meanwhile(job)
        return ids

    def apply(self, job: Job, ids: list[int]) -> bool:
        job.count("planted", len(ids))
        return move_on(job, 3)


@pytest.fixture
def planting(monkeypatch) -> Planting:
    made = Planting()
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    register_job(
        JobKind(
            PLANT, "Plant trees", {"planted": "trees planted"},
            fetch=made.fetch, apply=made.apply, temporary=(Later,),
        )
    )  # fmt: skip
    return made


@pytest.fixture
def ada(elm) -> User:
    person = User.objects.create_user("ada@example.com", name="Ada")
    add_member(elm, person, role=Role.MANAGER, actor=person)
    return person


@pytest.fixture
def elms(elm) -> Any:
    with organization_scope(elm):
        yield elm


def start(actor: User | None, trees: int = 7) -> Job:
    return start_job(PLANT, {"ids": list(range(trees))}, total=trees, actor=actor)


def slices(most: int = 50) -> int:
    """Let a worker do what is due, slice by slice. Returns how many there were."""
    done = 0
    while done < most and pump(Lane.BULK):
        done += 1
    return done


def test_a_job_is_done_in_slices_and_says_how_far_it_is(planting, elms, ada) -> None:
    job = start(ada)
    assert (job.state, job.done_count, job.total_count) == (JobState.WAITING, 0, 7)

    slices(1)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.finished_at) == (JobState.RUNNING, 3, None)
    assert job.started_at is not None

    assert slices() == 2
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.DONE, 7)
    assert job.outcome == [{"key": "planted", "count": 7, "links": []}]
    assert job.finished_at is not None
    assert not Work.objects.filter(kind="job").exists()


def test_work_and_job_are_written_together_or_not_at_all(planting, elms) -> None:
    with pytest.raises(KeyError):
        start_job("tree.unheard_of", {}, total=1, actor=None)
    assert not Job.objects.exists()
    assert not Work.objects.filter(kind="job").exists()


def test_a_persons_own_job_is_done_in_their_scope(planting, ada) -> None:
    with person_scope(ada):
        job = start(ada, trees=2)
    slices()
    with person_scope(ada):
        job.refresh_from_db()
        assert (job.state, job.person, job.organization) == (JobState.DONE, ada, None)


def test_a_slice_that_another_worker_has_done_meanwhile_is_not_done_twice(planting, elms) -> None:
    job = start(None)

    def another_worker(seen: Job) -> None:
        planting.meanwhile = None
        Job.objects.filter(pk=seen.pk).update(cursor=3, done_count=3)

    planting.meanwhile = another_worker
    slices()
    job.refresh_from_db()
    assert (job.done_count, job.outcome[0]["count"]) == (
        7,
        4,
    )  # the other worker counted its own three


def test_a_worker_that_dies_in_a_slice_leaves_it_to_another(planting, elms) -> None:
    job = start(None)
    claim(kinds_in(Lane.BULK), calls=1)  # and the worker dies here
    assert slices() == 0
    lease = Work.objects.get(kind="job").lease_until - timezone.now()
    assert lease.total_seconds() <= 60
    Work.objects.update(lease_until=timezone.now())
    slices()
    job.refresh_from_db()
    assert (job.state, job.outcome[0]["count"]) == (JobState.DONE, 7)


def test_what_fails_in_a_slice_fails_the_job_and_keeps_what_is_done(planting, elms) -> None:
    job = start(None)
    slices(1)
    planting.meets = JobFailed("The forest is closed.")
    slices()
    job.refresh_from_db()
    assert (job.state, job.problem, job.done_count) == (
        JobState.FAILED,
        "The forest is closed.",
        3,
    )


def test_a_defect_fails_the_job_without_its_words(planting, elms, caplog) -> None:
    job = start(None)
    planting.meets = ZeroDivisionError("secret")
    slices()
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, jobs.OUR_FAULT)
    assert "job.broken" in caplog.text


@pytest.mark.parametrize(("meets", "minutes"), [(Later(), 10), (OperationalError(), 1)])
def test_what_passes_only_postpones_the_job(planting, elms, meets, minutes) -> None:
    job = start(None)
    planting.meets = meets
    slices(1)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    wait = (Work.objects.get(kind="job").due_at - timezone.now()).total_seconds()
    assert 60 * minutes - 1 < wait <= 60 * minutes + 30
    planting.meets = None
    Work.objects.update(due_at=timezone.now())
    slices()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_cancelled_job_does_no_further_slice_and_keeps_what_is_done(planting, elms) -> None:
    job = start(None)
    slices(1)
    cancel_job(job)
    slices()
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.CANCELLED, 3)
    assert len(planting.fetched) == 1
    cancel_job(job)
    assert not Work.objects.filter(kind="job").exists()


def test_a_finished_job_that_is_made_due_once_more_does_nothing(planting, elms) -> None:
    job = start(None)
    slices()
    make_due("job", job.pk)
    assert slices() == 1
    job.refresh_from_db()
    assert (job.state, job.outcome[0]["count"], len(planting.fetched)) == (JobState.DONE, 7, 3)
    assert not Work.objects.filter(kind="job").exists()


def test_a_postponed_job_hears_at_once_that_it_is_cancelled(planting, elms) -> None:
    job = start(None)
    planting.meets = Later()
    slices(1)
    cancel_job(job)
    assert slices() == 1
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_a_cancel_that_comes_during_a_slice_ends_the_job_after_it(planting, elms) -> None:
    job = start(None)
    planting.meanwhile = cancel_job
    slices()
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.CANCELLED, 3)


def test_a_job_that_kills_its_workers_fails_and_says_so(planting, elms) -> None:
    job = start(None)
    Work.objects.update(lost_leases=3, lease_until=timezone.now())
    from jobs.services.claims import claim_suspect

    assert claim_suspect(kinds_in(Lane.BULK)) is None
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, jobs.OUR_FAULT)


def test_a_job_that_is_done_stays_done_though_its_work_kills_its_worker(planting, elms) -> None:
    job = start(None)
    slices()
    make_due("job", job.pk)
    Work.objects.update(lost_leases=3, lease_until=timezone.now())
    from jobs.services.claims import claim_suspect

    assert claim_suspect(kinds_in(Lane.BULK)) is None
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.DONE, "")


def test_a_job_whose_row_has_gone_leaves_no_work(planting, elms) -> None:
    start(None)
    [batch] = claim(kinds_in(Lane.BULK), calls=1)
    Job.objects.all().delete()
    work(batch)
    assert not Work.objects.filter(kind="job").exists()


# --- pages ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(ada) -> Client:
    made = Client()
    made.force_login(ada)
    return made


def page(client: Client, url: str = "/o/elm/activity/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_activity_page_brings_itself_up_to_date_while_something_runs(
    planting, elm, ada, client
) -> None:
    with organization_scope(elm):
        start(ada)
    assert "No activity yet" not in (text := page(client))
    assert "Plant trees" in text
    assert 'id="jobs" data-live="' in text
    slices()
    done = page(client)
    assert "7 trees planted" in " ".join(done.split())
    assert "data-live" not in done


def test_the_indicator_says_what_runs_and_asks_again_only_then(planting, elm, ada, client) -> None:
    address = "/o/elm/activity/indicator/"
    assert "data-live" not in page(client, address)
    with organization_scope(elm):
        start(ada)
    running = page(client, address)
    assert "1 job running" in running
    version = running.partition('data-live="')[2].partition('"')[0]
    assert f'data-live-from="{address}"' in running
    assert client.get(address, headers={"X-Seen": version}).status_code == 204
    slices()
    done = client.get(address, headers={"X-Seen": version}).content.decode()
    assert 'id="job-indicator"' in done
    assert "running" not in done
    assert "data-live" not in done


def test_a_job_whose_actor_has_left_the_organization_stops_and_says_why(planting, elm, ada) -> None:
    with organization_scope(elm):
        job = start(ada)
        slices(1)
        Membership.objects.filter(user=ada).delete()
        slices()
        job.refresh_from_db()
    assert (job.state, job.problem, job.done_count) == (JobState.FAILED, jobs.ACTOR_LEFT, 3)
    assert len(planting.fetched) == 1


@pytest.mark.parametrize("loss", ["role", "membership", "person"])
def test_a_job_that_needs_a_permission_ends_when_its_actor_has_it_no_longer(
    planting, elm, ada, loss
) -> None:
    kind = jobs.job_kind(PLANT)
    register_job(replace(kind, permission=Permission.EDIT_INFLUENCERS))
    with organization_scope(elm):
        job = start(ada)
        slices(1)
        if loss == "role":
            Membership.objects.filter(user=ada).update(role=Role.VIEWER)
        elif loss == "membership":
            Membership.objects.filter(user=ada).delete()
        else:
            ada.delete()
        slices()
        job.refresh_from_db()
    reason = jobs.RIGHTS_LOST if loss == "role" else jobs.ACTOR_LEFT
    assert (job.state, job.problem, job.done_count) == (JobState.FAILED, reason, 3)


def test_a_job_that_needs_a_permission_sees_the_groups_of_its_actor_and_others_see_all(
    elm, ada, planting
) -> None:
    seen: list[object] = []
    kind = replace(jobs.job_kind(PLANT), fetch=lambda job: seen.append(current_groups()))
    with organization_scope(elm):
        food = Group.objects.create(name="Food", key="food")
        GroupMember.objects.create(group=food, user=ada)
        for is_limited, permission in (
            (True, Permission.READ),
            (False, Permission.READ),
            (True, None),
        ):
            Membership.objects.filter(user=ada).update(is_limited=is_limited)
            register_job(replace(kind, permission=permission))
            start(ada, trees=1)
            slices()
    assert seen == [{food.pk}, None, None]


def test_a_lasting_problem_ends_the_job_with_its_text(planting, elms) -> None:
    register_job(replace(jobs.job_kind(PLANT), lasting=(LookupError,)))
    job = start(None)
    planting.meets = LookupError("There are no trees left.")
    assert slices() == 1
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, "There are no trees left.")


def test_own_jobs_come_first_and_everybodys_on_demand(planting, elm, ada, client) -> None:
    bo = User.objects.create_user("bo@example.com", name="Bo")
    with organization_scope(elm):
        start(bo)
    assert "Plant trees" not in page(client)
    assert "Plant trees" in page(client, "/o/elm/activity/?whose=all")
    assert "Cancel</button>" not in page(client, "/o/elm/activity/?whose=all")


def test_whoever_started_a_job_may_cancel_it_and_nobody_else(planting, elm, ada, client) -> None:
    bo = a_member(elm, Role.MANAGER, name="Bo")
    with organization_scope(elm):
        own, others = start(ada), start(bo)
    assert client.post(f"/o/elm/activity/{others.pk}/cancel/").status_code == 404
    assert client.post(f"/o/elm/activity/{own.pk}/cancel/").status_code == 302
    slices()
    with organization_scope(elm):
        states = {job.pk: job.state for job in Job.objects.all()}
    assert states == {own.pk: JobState.CANCELLED, others.pk: JobState.DONE}
    assert client.post(f"/o/elm/activity/{own.pk}/cancel/").status_code == 404


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_owners_and_admins_cancel_anybodys_job(planting, elm, ada, role) -> None:
    boss = Client()
    boss.force_login(a_member(elm, role, name="Boss"))
    with organization_scope(elm):
        job = start(ada)
    assert "Cancel</button>" in page(boss, "/o/elm/activity/?whose=all")
    assert boss.post(f"/o/elm/activity/{job.pk}/cancel/").status_code == 302
    slices()
    with organization_scope(elm):
        assert Job.objects.get().state == JobState.CANCELLED


def test_another_organizations_jobs_do_not_show(planting, elm, ada, client) -> None:
    oak = Organization.objects.create(name="Oak", slug="oak")
    with organization_scope(oak):
        job = start(ada)
    assert "Plant trees" not in page(client, "/o/elm/activity/?whose=all")
    assert client.post(f"/o/elm/activity/{job.pk}/cancel/").status_code == 404


def test_links_of_an_outcome_lead_to_what_they_name(planting, elm, ada, client) -> None:
    register_job(
        replace(
            jobs.job_kind(PLANT),
            apply=lambda job, ids: job.count("planted", 12, ("crm:influencer", "@maya", 7)) or True,
        )
    )
    with organization_scope(elm):
        start(ada)
    slices()
    content = page(client)
    assert '<a href="/o/elm/influencers/7/">' in content
    assert "and 11 more" in content


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_start_one_job(planting) -> None:
    oak, together = Organization.objects.create(name="Oak", slug="oak"), Barrier(6)
    ada = User.objects.create_user("ada@example.com")

    def click(_: int) -> int:
        try:
            with organization_scope(oak):
                together.wait(timeout=30)
                return start(ada).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    with organization_scope(oak):
        assert Job.objects.count() == 1


def test_another_wish_another_person_and_an_ended_job_start_a_job_of_their_own(
    planting, elms, ada
) -> None:
    first = start(ada)
    others = [start(ada, trees=8), start(User.objects.create_user("bo@example.com"))]
    cancel_job(first)
    again = start(ada)
    slices()
    assert len({first.pk, again.pk, start(ada).pk, *(job.pk for job in others)}) == 5
