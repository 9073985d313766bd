"""An influencer or an organization that is deleted leaves no mail behind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from crm.models import Influencer, SocialAccount
from crm.services.influencers import delete_influencer
from jobs.models import Job, Work
from jobs.services.queue import make_due
from mail.models import Address, Message
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import ConsentFactory, TikTokAccountFactory
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.owning import django_as_owner
from tiktok.enums import PollKind, Source
from tiktok.models import Creator, CreatorSnapshot, Video, VideoQuarter, VideoSnapshot

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


def test_mails_to_an_address_of_two_influencers_go_with_the_second(elm: Organization) -> None:
    with organization_scope(elm):
        first, second = (Influencer.objects.create(name=name, email=TOM) for name in "ab")
        queue(to=TOM)
        first.delete()
        assert recipients() == [TOM]
        second.delete()
        assert recipients() == []


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
        assert kept() == ([1] * 5 if state == "active" else [0] * 5)
