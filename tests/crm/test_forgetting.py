"""An influencer or an organization that is deleted leaves no mail behind."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.models import Influencer
from jobs.models import Job, Work
from mail.models import Address, Message
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import TikTokAccountFactory
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.owning import django_as_owner

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
