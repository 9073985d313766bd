"""Many accounts at once: jobs that may be repeated after a worker died, without anybody hearing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.services import bulk
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.claims import claim
from jobs.services.kinds import kinds_in
from mail.models import Message
from mail.services.marks import mark
from tenancy.enums import Role
from tenancy.models import User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.crm import TikTokAccountFactory
from tests.working import pump
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator

pytestmark = pytest.mark.django_db


def some_accounts(count: int, **values: object) -> list:
    return [
        TikTokAccountFactory.create(
            influencer__email=f"one{n}@example.com",
            creator__handle=f"one_{n}",
            creator__marketplace_status=MarketplaceStatus.NOT_IN,
            **values,
        )
        for n in range(count)
    ]


@pytest.fixture
def ada(oak, elm) -> User:
    person = User.objects.create_user("ada@example.com")
    for organization in (oak, elm):
        add_member(organization, person, role=Role.MANAGER, actor=None)
    return person


def finish() -> None:
    while pump(Lane.BULK):
        pass


def test_forty_five_invitations_are_three_calls_at_tiktok(oak, tiktok, ada) -> None:
    with organization_scope(oak):
        job = bulk.invite_accounts(some_accounts(45), actor=ada)
        tiktok.control("stats")
        finish()
        job.refresh_from_db()
        assert (job.state, job.done_count) == (JobState.DONE, 45)
        assert sum(row["count"] for row in job.outcome) == 45
        calls = tiktok.read("stats")["calls"]
        assert [n for path, n in calls.items() if "invite" in path] == [3]


def test_a_slice_whose_worker_died_after_tiktoks_answer_invites_nobody_twice(
    oak, tiktok, ada, monkeypatch
) -> None:
    with organization_scope(oak):
        job = bulk.invite_accounts(some_accounts(5), actor=ada)
        with monkeypatch.context() as patch:
            patch.setattr(
                "jobs.services.jobs._commit_slice", lambda *_: (_ for _ in ()).throw(SystemExit)
            )
            with pytest.raises(SystemExit):
                pump(Lane.BULK)
        assert Creator.objects.filter(marketplace_status=MarketplaceStatus.INVITED).exists()
        tiktok.control("stats")
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        finish()
        job.refresh_from_db()
        assert (job.state, job.done_count) == (JobState.DONE, 5)
        assert sum(row["count"] for row in job.outcome) == 5
        assert not any("invite" in path for path in tiktok.read("stats")["calls"])


def test_without_an_account_at_tiktok_the_job_says_so(elm, ada) -> None:
    with organization_scope(elm):
        job = bulk.invite_accounts(some_accounts(2), actor=ada)
        finish()
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert job.problem.startswith("No TikTok marketplace account is connected.")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"code": 50000}, "later"), ({"code": 40100}, "later"), ({"garbage": "truncated"}, "later")],
    ids=["away", "busy", "answer lost"],
)
def test_what_passes_at_tiktok_postpones_the_invitations_and_fails_none(
    oak, tiktok, ada, fault, reason
) -> None:
    with organization_scope(oak):
        job = bulk.invite_accounts(some_accounts(1), actor=ada)
        tiktok.control("fail", times=9, path="/creator/invite/", **fault)
        finish()
        job.refresh_from_db()
        work = Work.objects.get(kind="job")
        assert (job.state, job.done_count, work.postponed_reason) == (JobState.WAITING, 0, reason)
        assert work.due_at > timezone.now()


def test_whoever_may_not_be_written_to_is_counted_and_named(oak, ada) -> None:
    with organization_scope(oak):
        accounts = some_accounts(2)
        mark("one0@example.com", "bounced_at")
        job = bulk.ask_accounts(accounts, actor=ada)
        finish()
        job.refresh_from_db()
        counts = {row["key"]: (row["count"], row["links"]) for row in job.outcome}
        link = ["crm:influencer", "@one_0", accounts[0].influencer_id]
        assert counts == {"not_asked": (1, [link]), "asked": (1, [])}


def test_everybody_with_an_address_is_asked_once(oak, ada) -> None:
    with organization_scope(oak):
        accounts = [*some_accounts(12), TikTokAccountFactory.create(influencer__email="")]
        bulk.ask_accounts(accounts, actor=ada)
        claim(kinds_in(Lane.BULK), calls=1)  # and the worker dies here
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        bulk.ask_accounts(accounts[:3], actor=ada)  # somebody is impatient
        finish()
        first, second = Job.objects.order_by("pk")
        counts = {row["key"]: row["count"] for row in first.outcome}
        assert counts == {"asked": 12, "no_address": 1}
        assert second.state == JobState.DONE
        assert Message.objects.count() == 12


def test_whoever_was_asked_minutes_ago_is_not_counted_as_asked_again(oak, ada) -> None:
    with organization_scope(oak):
        accounts = some_accounts(3)
        bulk.ask_accounts(accounts[:2], actor=ada)
        finish()
        job = bulk.ask_accounts(accounts, actor=ada)
        finish()
        job.refresh_from_db()
        counts = {row["key"]: row["count"] for row in job.outcome}
        assert counts == {"asked_before": 2, "asked": 1}
        assert Message.objects.count() == 3


def test_whoever_has_gone_is_named_by_no_outcome_and_the_count_stays(oak, ada) -> None:
    with organization_scope(oak):
        accounts = [
            TikTokAccountFactory.create(creator__handle=f"gone_{n}", influencer__email="")
            for n in range(4)
        ]
        job = bulk.ask_accounts(accounts, actor=ada)
        finish()
        job.refresh_from_db()
        assert [link[1] for link in job.outcome[0]["links"]] == [f"@gone_{n}" for n in range(4)]

        accounts[0].influencer.delete()
        accounts[1].influencer = accounts[3].influencer  # merged, and then given up
        accounts[1].save()
        accounts[1].delete()
        job.refresh_from_db()
        [row] = job.outcome
        assert (row["count"], [link[1] for link in row["links"]]) == (4, ["@gone_2"])


def test_a_slice_that_is_repeated_an_hour_after_its_worker_died_asks_nobody_twice(
    oak, ada, monkeypatch
) -> None:
    with organization_scope(oak):
        job = bulk.ask_accounts(some_accounts(3), actor=ada)
        with monkeypatch.context() as patch:
            patch.setattr(
                "jobs.services.jobs._commit_slice", lambda *_: (_ for _ in ()).throw(SystemExit)
            )
            with pytest.raises(SystemExit):
                pump(Lane.BULK)
        an_hour_ago = timezone.now() - timedelta(hours=1)
        Message.objects.update(created_at=an_hour_ago)
        Job.objects.update(created_at=an_hour_ago - timedelta(seconds=1))
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        finish()
        job.refresh_from_db()
        assert job.outcome == [{"key": "asked", "count": 3, "links": []}]
        assert Message.objects.count() == 3


def test_the_list_offers_to_ask_whoever_is_not_connected(oak, manager: Client) -> None:
    with organization_scope(oak):
        [account] = some_accounts(1)
    assert "Ask to connect TikTok</button>" in manager.get("/o/oak/influencers/").content.decode()

    answer = manager.post("/o/oak/influencers/ask/", {"account": [account.pk]})

    assert answer["Location"] == "/o/oak/activity/"
    finish()
    with organization_scope(oak):
        assert Message.objects.get().recipient == "one0@example.com"
    nothing = manager.post("/o/oak/influencers/ask/", follow=True).content.decode()
    assert "Select the accounts to ask first." in nothing
