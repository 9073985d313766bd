"""Many are invited or asked at once: jobs that may be repeated after a worker died, without anybody hearing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import BulkAction, SocialAccount
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.claims import claim
from jobs.services.kinds import kinds_in
from mail.models import Message
from mail.services.marks import mark
from tenancy.models import User
from tenancy.scope import organization_scope
from tests.crm.bulk.conftest import begun, done, finish, results
from tests.factories.crm import ConsentFactory, InfluencerFactory, TikTokAccountFactory
from tests.working import pump
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator
from tiktok.services.creators import invitations

pytestmark = pytest.mark.django_db


def some_people(count: int, **values: object) -> list:
    return [
        TikTokAccountFactory.create(
            influencer__name=f"One {n}",
            influencer__email=f"one{n}@example.com",
            creator__handle=f"one_{n}",
            **{"creator__marketplace_status": MarketplaceStatus.NOT_IN, **values},
        ).influencer
        for n in range(count)
    ]


def lose_the_slice(monkeypatch) -> None:
    """A worker dies between the effect of its slice and its own note of it."""
    with monkeypatch.context() as patch:
        patch.setattr(
            "jobs.services.jobs._commit_slice", lambda *_: (_ for _ in ()).throw(SystemExit)
        )
        with pytest.raises(SystemExit):
            pump(Lane.BULK)


def test_forty_five_invitations_are_three_calls_at_tiktok(oak, tiktok, ada) -> None:
    with organization_scope(oak):
        action = begun("invite", some_people(45), actor=ada)
        tiktok.control("stats")
        finish()
        action.refresh_from_db()
        assert (action.job.state, action.job.done_count) == (JobState.DONE, 45)
        assert sum(action.counts.values()) == action.results.count() == 45
        calls = tiktok.read("stats")["calls"]
        assert [n for path, n in calls.items() if "invite" in path] == [3]


def test_a_slice_whose_worker_died_after_tiktoks_answer_invites_nobody_twice(
    oak, tiktok, ada, monkeypatch
) -> None:
    with organization_scope(oak):
        action = begun("invite", some_people(5), actor=ada)
        lose_the_slice(monkeypatch)
        assert Creator.objects.filter(marketplace_status=MarketplaceStatus.INVITED).exists()
        tiktok.control("stats")
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        finish()
        action.refresh_from_db()
        assert (action.job.state, action.job.done_count) == (JobState.DONE, 5)
        assert sum(action.counts.values()) == 5
        assert not any("invite" in path for path in tiktok.read("stats")["calls"])


def test_without_an_account_at_tiktok_the_job_says_so(elm, ada) -> None:
    with organization_scope(elm):
        action = done("invite", some_people(2), actor=ada)
        assert action.job.state == JobState.FAILED
        assert action.job.problem.startswith("No TikTok marketplace account is connected.")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"code": 50000}, "later"), ({"code": 40100}, "later"), ({"garbage": "truncated"}, "later")],
    ids=["away", "busy", "answer lost"],
)
def test_what_passes_at_tiktok_postpones_the_invitations_and_fails_none(
    oak, tiktok, ada, fault, reason
) -> None:
    with organization_scope(oak):
        action = begun("invite", some_people(1), actor=ada)
        tiktok.control("fail", times=9, path="/creator/invite/", **fault)
        finish()
        job, work = Job.objects.get(pk=action.job_id), Work.objects.get(kind="job")
        assert (job.state, job.done_count, work.postponed_reason) == (JobState.WAITING, 0, reason)
        assert work.due_at > timezone.now()


def test_each_invitation_has_a_result_with_tiktoks_own_reason(oak, ada, monkeypatch) -> None:
    answer = invitations.InviteResult(
        invited=["one_0"],
        in_marketplace=["one_1"],
        rejected={"one_2": "the account is private."},
        unanswered=["one_3"],
    )
    monkeypatch.setattr(
        "crm.services.bulk.asking.invite_influencer_accounts", lambda accounts, *, actor: answer
    )
    with organization_scope(oak):
        people = [*some_people(4), InfluencerFactory.create(name="Nobody")]
        action = done("invite", people, actor=ada)
        assert results(action) == {
            "One 0": ("done", ""),
            "One 1": ("unchanged", "Is in the marketplace already."),
            "One 2": ("refused", "The account is private."),
            "One 3": ("refused", "TikTok gave no answer. Invite them again."),
            "Nobody": ("refused", "Has no TikTok account."),
        }
        assert action.counts == {"done": 1, "unchanged": 1, "refused": 3}


def test_of_two_accounts_one_that_is_not_invited_is_not_passed_over(oak, ada, monkeypatch) -> None:
    answer = invitations.InviteResult(invited=["one_0"], rejected={"one_1": "it is private."})
    monkeypatch.setattr(
        "crm.services.bulk.asking.invite_influencer_accounts", lambda accounts, *, actor: answer
    )
    with organization_scope(oak):
        people = some_people(2)
        SocialAccount.objects.filter(influencer=people[1]).update(influencer=people[0])
        action = done("invite", people[:1], actor=ada)
        assert results(action) == {"One 0": ("partly", "It is private.")}


def test_whoever_may_not_be_written_to_is_left_out_with_the_reason(oak, ada) -> None:
    with organization_scope(oak):
        people = some_people(3)
        mark("one0@example.com", "bounced_at")
        taken = User.objects.create_user("one1@example.com")
        InfluencerFactory.create(name="Secret Name", person=taken)
        connected = TikTokAccountFactory.create(influencer__name="Connected")
        ConsentFactory.create(creator=connected.creator)
        action = done("ask", [*people, connected.influencer], actor=ada)
        found = results(action)
        assert found["One 0"][0] == "refused"
        assert "one0@example.com" in found["One 0"][1]
        assert found["One 1"] == ("refused", "The address belongs to another creator.")
        assert found["One 2"] == ("done", "")
        assert found["Connected"] == (
            "refused",
            "Has no TikTok account that is to be connected.",
        )


def test_everybody_with_an_address_is_asked_once(oak, ada) -> None:
    with organization_scope(oak):
        people = [
            *some_people(12),
            TikTokAccountFactory.create(influencer__name="No", influencer__email="").influencer,
        ]
        begun("ask", people, actor=ada)
        claim(kinds_in(Lane.BULK), calls=1)  # and the worker dies here
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        begun("ask", people[:3], actor=ada)  # somebody is impatient
        finish()
        first, second = BulkAction.objects.order_by("pk")
        assert first.counts == {"done": 12, "refused": 1}
        assert results(first)["No"] == ("refused", "No e-mail address is known.")
        assert second.job.state == JobState.DONE
        assert Message.objects.count() == 12


def test_whoever_was_asked_minutes_ago_is_not_counted_as_asked_again(oak, ada) -> None:
    with organization_scope(oak):
        people = some_people(3)
        done("ask", people[:2], actor=ada)
        action = done("ask", people, actor=ada)
        assert action.counts == {"unchanged": 2, "done": 1}
        assert results(action)["One 0"] == ("unchanged", "Was asked less than 10 minutes before.")
        assert Message.objects.count() == 3


def test_a_slice_that_is_repeated_an_hour_after_its_worker_died_asks_nobody_twice(
    oak, ada, monkeypatch
) -> None:
    with organization_scope(oak):
        action = begun("ask", some_people(3), actor=ada)
        lose_the_slice(monkeypatch)
        an_hour_ago = timezone.now() - timedelta(hours=1)
        Message.objects.update(created_at=an_hour_ago)
        Job.objects.update(created_at=an_hour_ago - timedelta(seconds=1))
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        finish()
        action.refresh_from_db()
        assert action.counts == {"done": 3}
        assert Message.objects.count() == 3


def test_whoever_is_deleted_while_a_slice_is_out_has_no_result(oak, ada, monkeypatch) -> None:
    with organization_scope(oak):
        people = some_people(2)

        def invite(accounts, *, actor):
            people[0].delete()
            return invitations.InviteResult(invited=["one_0", "one_1"])

        monkeypatch.setattr("crm.services.bulk.asking.invite_influencer_accounts", invite)
        action = done("invite", people, actor=ada)
        assert (results(action), action.job.state) == ({"One 1": ("done", "")}, JobState.DONE)
