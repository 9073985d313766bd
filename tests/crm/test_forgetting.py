"""An influencer or an organization that is deleted leaves no mail behind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Influencer, OtherAddress, SocialAccount
from crm.services.forgetting import forgetting
from crm.services.influencers import delete_influencer
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.queue import make_due
from mail.models import Address, Message
from mail.services.invitations import invite_member
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.bulk.conftest import finish
from tests.factories.crm import ConsentFactory, TikTokAccountFactory
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.owning import django_as_owner
from tests.working import pump
from tiktok.enums import PollKind, Source
from tiktok.models import Creator, CreatorSnapshot, Video, VideoQuarter, VideoSnapshot
from tiktok.services.creators import removal

pytestmark = pytest.mark.django_db
TOM, RIO = "tom@example.com", "rio@example.com"


def recipients() -> list[str]:
    return sorted(Message.objects.values_list("recipient", flat=True))


def test_an_influencer_s_mails_go_with_them_and_others_stay(elm: Organization) -> None:
    with organization_scope(elm):
        tom = Influencer.objects.create(name="Tom", email=TOM)
        queue("connect:1", to=TOM)
        queue("connect:2", to=RIO)
        Address.objects.create(address=TOM, bounced_at=timezone.now())
        tom.delete()
        assert recipients() == [RIO]
        assert not Address.objects.exists()
    assert [mail.to for mail in sent_mail()] == [[RIO]]
    assert not Work.objects.filter(kind="mail").exists()


def test_mails_to_the_address_they_sign_in_with_go_too(elm: Organization) -> None:
    person = User.objects.create_user(TOM)
    with organization_scope(elm):
        tom = Influencer.objects.create(name="Tom", email="old@example.com", person=person)
        queue(to=TOM)
        tom.delete()
        assert recipients() == []


def test_an_invitation_to_become_a_member_outlives_an_influencer_of_that_address(
    oak: Organization,
) -> None:
    by = Membership.objects.create(
        organization=oak, user=User.objects.create_user("ol@oak.x"), role=Role.OWNER
    )
    with organization_scope(oak):
        invite_member(TOM, role=Role.MANAGER, is_limited=False, groups=[], by=by)
        queue("connect:1", to=TOM)
        Influencer.objects.create(name="Tom", email=TOM).delete()
        assert Message.objects.get().template == "tenancy_invitation"
    assert [mail.to for mail in sent_mail()] == [[TOM]]


def test_mails_to_an_address_of_two_influencers_go_with_the_second(elm: Organization) -> None:
    with organization_scope(elm):
        first, second = (Influencer.objects.create(name=name, email=TOM) for name in "ab")
        queue(to=TOM)
        first.delete()
        assert recipients() == [TOM]
        second.delete()
        assert recipients() == []


def test_mails_to_an_address_that_somebody_else_has_otherwise_stay(elm: Organization) -> None:
    person = User.objects.create_user(RIO)
    with organization_scope(elm):
        for address in (TOM, RIO):
            queue(address, to=address)
        going = [Influencer.objects.create(name="Goes", email=each) for each in (TOM, RIO)]
        holder = Influencer.objects.create(name="Holder", person=person)
        OtherAddress.objects.create(influencer=holder, email=TOM)
        for each in going:
            each.delete()
        assert recipients() == [RIO, TOM]
        holder.delete()
        assert recipients() == []


def test_many_who_go_together_are_forgotten_at_once(
    elm: Organization,
) -> None:
    with organization_scope(elm):
        stays = Influencer.objects.create(name="Stays", email="shared@example.com")
        people = [Influencer.objects.create(name=f"N{n}", email=f"n{n}@x.com") for n in range(3)]
        people.append(Influencer.objects.create(name="Shares", email=stays.email))
        OtherAddress.objects.create(influencer=people[0], email="more@x.com")
        for address in ("n0@x.com", "n2@x.com", "more@x.com", stays.email):
            queue(address, to=address)
        with CaptureQueriesContext(connection) as asked, forgetting([each.pk for each in people]):
            Influencer.objects.filter(name__in=["N0", "N1", "N2", "Shares"]).delete()
        assert recipients() == [stays.email]
        statements = [query["sql"] for query in asked if "mail_address" in query["sql"]]
        assert len(statements) == 1


@pytest.mark.parametrize("wish", ["unsubscribed_at", "complained_at"])
def test_that_somebody_wants_no_mail_outlives_their_row(elm: Organization, wish: str) -> None:
    with organization_scope(elm):
        tom = Influencer.objects.create(name="Tom", email=TOM)
        Address.objects.create(address=TOM, **{wish: timezone.now()})
        tom.delete()
        assert Address.objects.filter(address=TOM).exists()


def test_another_organization_keeps_its_own_mail(elm: Organization, oak: Organization) -> None:
    with organization_scope(oak):
        queue(to=TOM)
    with organization_scope(elm):
        Influencer.objects.create(name="Tom", email=TOM).delete()
    with organization_scope(oak):
        assert recipients() == [TOM]


@pytest.mark.django_db(transaction=True)
def test_a_deleted_organization_leaves_no_mail_no_address_and_no_work(monkeypatch) -> None:
    ash = Organization.objects.create(name="Ash", slug="ash")
    key = ash.pk
    with organization_scope(ash):
        Influencer.objects.create(name="Tom", email=TOM)
        queue(to=TOM)
        queue("connect:2", to=RIO)
        Address.objects.create(address=RIO, unsubscribed_at=timezone.now())
    with django_as_owner(monkeypatch), organization_scope(key):
        ash.delete()
    with organization_scope(key):
        assert recipients() == []
        assert not Address.objects.exists()
    assert not Work.objects.filter(organization_id=key).exists()


def test_whoever_has_gone_is_named_by_no_outcome_of_a_job_and_the_count_stays(
    elm: Organization,
) -> None:
    with organization_scope(elm):
        accounts = [
            TikTokAccountFactory.create(creator__handle=f"gone_{n}", influencer__email="")
            for n in range(4)
        ]
        links = [["crm:influencer", str(a), a.influencer_id] for a in accounts]
        job = Job.objects.create(kind="crm.x", outcome=[{"key": "x", "count": 4, "links": links}])
        accounts[0].influencer.delete()
        accounts[1].influencer = accounts[3].influencer  # merged, and then given up
        accounts[1].save()
        accounts[1].delete()
        job.refresh_from_db()
        [row] = job.outcome
        assert (row["count"], [link[1] for link in row["links"]]) == (4, ["@gone_2"])


def a_reading(account: SocialAccount, day: int) -> Video:
    """A video of the account with numbers of an hour and of a quarter, and the account's numbers of a day."""
    at = datetime(2026, 11, day, 8, tzinfo=UTC)
    video = Video.objects.create(
        creator=account.creator, tiktok_video_id=f"{account.pk}{day}", source=Source.PUBLIC, published_at=at,
        url="https://www.tiktok.com/@a/video/1", counts_source=Source.PUBLIC, counts_fetched_at=at,
    )  # fmt: skip
    moment = {"source": Source.PUBLIC, "bucket_at": at, "fetched_at": at}
    VideoSnapshot.objects.create(video_id=video.pk, **moment)
    VideoQuarter.objects.create(
        video_id=video.pk, source=Source.PUBLIC, begins_on=date(2026, 7, 1), fetched_at=[at]
    )
    CreatorSnapshot.objects.create(creator_id=account.creator_id, **moment)
    return video


def kept() -> list[int]:
    models = (VideoSnapshot, VideoQuarter, CreatorSnapshot, Video, Creator)
    return [model._default_manager.count() for model in models]


def test_what_was_read_of_their_account_goes_with_an_influencer(
    elm: Organization, oak: Organization
) -> None:
    with organization_scope(oak):
        a_reading(TikTokAccountFactory.create(creator__handle="tom"), 1)
    with organization_scope(elm):
        tom, rio = (TikTokAccountFactory.create(creator__handle=name) for name in ("tom", "rio"))
        for account in (tom, rio):
            a_reading(account, 1)
        make_due(PollKind.PROFILE, tom.creator_id)
        delete_influencer(tom.influencer, actor=None)
        finish()
        assert kept() == [1, 1, 1, 1, 1]
        assert Creator.objects.get() == rio.creator
        assert not Work.objects.filter(subject_id=tom.creator_id, kind=PollKind.PROFILE).exists()
    with organization_scope(oak):
        assert kept() == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("state", ["active", "revoked"])
def test_what_a_creator_lets_the_organization_see_still_stays(
    elm: Organization, state: str
) -> None:
    with organization_scope(elm):
        tom = TikTokAccountFactory.create(creator__handle="tom")
        ConsentFactory.create(creator=tom.creator, state=state)
        a_reading(tom, 1)
        delete_influencer(tom.influencer, actor=None)
        finish()
        assert kept() == ([1] * 5 if state == "active" else [0] * 5)


def test_the_readings_go_in_slices_after_the_request_which_takes_everything_that_can_be_found(
    elm: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "SLICE_SECONDS", 0.0)  # one video or account in each
    with organization_scope(elm):
        tom = TikTokAccountFactory.create(creator__handle="tom")
        for day in (1, 2):
            a_reading(tom, day)
        [job] = delete_influencer(tom.influencer, actor=None).readings
        assert kept() == [2, 2, 2, 0, 0]
        left = []
        while pump(Lane.BULK):
            job.refresh_from_db()
            if (
                not left or left[-1][0] != job.done_count
            ):  # another job looks for their name in texts
                left.append((job.done_count, *kept()[:3]))
        assert left == [(1, 1, 1, 2), (2, 0, 0, 2), (3, 0, 0, 0)]
        assert job.state == JobState.DONE
        assert job.outcome == [{"key": "readings", "count": 6, "links": []}]


def test_a_worker_that_dies_or_fails_leaves_the_rest_to_the_next(
    elm: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organization_scope(elm):
        tom = TikTokAccountFactory.create(creator__handle="tom")
        a_reading(tom, 1)
        [job] = delete_influencer(tom.influencer, actor=None).readings
        with monkeypatch.context() as broken:
            broken.setattr(removal, "_delete", Mock(side_effect=RuntimeError("killed")))
            finish()
        job.refresh_from_db()
        assert (job.state, kept()) == (JobState.WAITING, [1, 1, 1, 0, 0])
        Work.objects.filter(kind="job").update(due_at=timezone.now())
        finish()
        assert kept() == [0] * 5


def test_the_readings_go_though_whoever_deleted_them_has_left(elm: Organization) -> None:
    nora = User.objects.create_user("nora@elm.example")
    with organization_scope(elm):
        tom = TikTokAccountFactory.create(creator__handle="tom")
        a_reading(tom, 1)
        delete_influencer(tom.influencer, actor=nora)  # who is no member
        finish()
        assert kept() == [0] * 5


def test_an_account_that_is_added_again_meanwhile_begins_anew(elm: Organization) -> None:
    with organization_scope(elm):
        tom = TikTokAccountFactory.create(creator__handle="tom")
        a_reading(tom, 1)
        delete_influencer(tom.influencer, actor=None)
        again = TikTokAccountFactory.create(creator__handle="tom")
        video = a_reading(again, 1)
        finish()
        assert kept() == [1] * 5
        assert VideoSnapshot.objects.get().video_id == video.pk
