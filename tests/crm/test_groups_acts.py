"""Acts of members who are limited to groups reach nobody of another group, and they see whom they have added."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from campaigns.models import Order, OrderRequest
from crm.errors import AddressTaken
from crm.models import Influencer, SocialAccount, Tag, Tagging
from crm.services import errands
from crm.services.connections.asking import ask_to_connect
from crm.services.influencers import delete_influencer, open_dashboard
from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from mail.enums import MessageState
from mail.models import Address, Message
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.mailing import sent_mail
from tests.personas import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@dataclass
class World:
    """Maya is of the group Food, in which the limited manager works; Noor is of Sport."""

    organization: Organization
    food: Group
    sport: Group
    manager: User
    maya: Influencer
    noor: Influencer

    def post(self, path: str, **values: Any) -> HttpResponse:
        return self._client().post(f"/o/{self.organization.slug}/{path}", values, follow=True)  # type: ignore[return-value]

    def get(self, path: str) -> HttpResponse:
        return self._client().get(f"/o/{self.organization.slug}/{path}", follow=True)  # type: ignore[return-value]

    def _client(self) -> Client:
        client = Client()
        client.force_login(self.manager)
        return client


@pytest.fixture
def world(oak: Organization) -> World:
    food = Group.objects.create(name="Food", key="food")
    sport = Group.objects.create(name="Sport", key="sport")
    manager = make_person("limited", "of-oak")
    Membership.objects.create(organization=oak, user=manager, role=Role.MANAGER, is_limited=True)
    GroupMember.objects.create(group=food, user=manager)
    maya = InfluencerFactory.create(name="Maya", email="maya@example.com", group=food)
    noor = InfluencerFactory.create(name="Noor", email="noor@example.com", group=sport)
    return World(oak, food, sport, manager, maya, noor)


# --- mail ---
def a_message(**values: Any) -> Message:
    return Message.objects.create(
        template="crm_ask_to_connect",
        intent="connect:1",
        recipient="noor@example.com",
        subject="Connect",
        html="<p>Connect</p>",
        text="Connect",
        message_id="<one@example.com>",
        **values,
    )


def test_no_mail_of_the_organization_is_sent_again(world: World) -> None:
    message = a_message(state=MessageState.FAILED)
    assert world.post(f"mail/{message.pk}/send-again/").status_code == 403
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_no_address_of_the_organization_is_allowed_again(world: World) -> None:
    address = Address.objects.create(address="noor@example.com", bounced_at=timezone.now())
    assert world.post(f"mail/addresses/{address.pk}/allow/").status_code == 403
    address.refresh_from_db()
    assert address.bounced_at is not None


def test_deleting_an_influencer_forgets_no_mail_of_a_hidden_one_with_the_same_address(
    world: World,
) -> None:
    message = a_message(state=MessageState.SENT)
    Influencer.objects.filter(pk=world.maya.pk).update(email="noor@example.com")
    with groups_scope([world.food.pk]):
        delete_influencer(Influencer.objects.get(pk=world.maya.pk), actor=world.manager)
    assert Message.objects.filter(pk=message.pk).exists()
    delete_influencer(world.noor, actor=None)
    assert not Message.objects.filter(pk=message.pk).exists()


# --- tags ---
@pytest.mark.parametrize("act", ["delete", "merge", ""])
def test_tags_are_everybody_s_and_stay_as_they_are(world: World, act: str) -> None:
    tag, other = Tag.objects.create(name="vegan"), Tag.objects.create(name="plants")
    Tagging.objects.create(tag=tag, influencer=world.noor)
    path = f"settings/tags/{tag.pk}/{act}/" if act else f"settings/tags/{tag.pk}/"
    assert world.post(path, into=str(other.pk), name="other", color="red").status_code == 403
    assert list(Tagging.objects.values_list("tag__name", flat=True)) == ["vegan"]
    assert "Merge" not in world.get("settings/tags/").content.decode().partition("<main")[2]


def test_the_tags_page_counts_the_creators_of_the_groups_alone(world: World) -> None:
    tag = Tag.objects.create(name="vegan")
    for influencer in (world.maya, world.noor):
        Tagging.objects.create(tag=tag, influencer=influencer)
    page = world.get("settings/tags/").content.decode()
    assert re.findall(r'<td class="num">(.*?)</td>', page) == ["1"]


# --- jobs ---
@pytest.mark.parametrize("page", ["activity/{}/", "influencers/add/{}/"])
@pytest.mark.parametrize(
    ("kind", "params", "key"),
    [
        (errands.ADD, {"handle": "noor.runs", "influencer": None}, "present"),
        (errands.INVITE_HANDLE, {"handle": "noor.runs"}, "invited"),
    ],
)
def test_what_came_of_an_errand_of_a_colleague_is_not_shown(
    world: World, page: str, kind: str, params: dict[str, Any], key: str
) -> None:
    outcome = [{"key": key, "count": 1, "links": [], "text": "noor.runs"}]
    job = Job.objects.create(
        kind=kind, params=params, outcome=outcome, state="done", finished_at=timezone.now()
    )
    answer = world.get(page.format(job.pk))
    assert answer.status_code == 404
    assert b"noor.runs" not in answer.content
    Job.objects.update(actor=world.manager)
    assert b"noor.runs" in world.get(page.format(job.pk)).content


# --- orders ---
def test_a_request_with_a_hidden_order_is_neither_shown_nor_checked_nor_repeated(
    world: World,
) -> None:
    campaign = a_campaign()
    mine, hidden = (a_participant(campaign, handle) for handle in ("maya.bakes", "noor.runs"))
    Influencer.objects.filter(pk=mine.influencer_id).update(group=world.food)
    order = an_order(campaign, mine)
    request = order.request
    OrderRequest.objects.filter(pk=request.pk).update(state="uncertain")
    base = f"campaigns/{campaign.pk}/requests/{request.pk}/"
    assert world.get(base).status_code == 200
    assert f"{base}check/" in world.get(f"campaigns/{campaign.pk}/orders/").content.decode()
    for group in (world.sport, None):
        Influencer.objects.filter(pk=hidden.influencer_id).update(group=group)
        other = an_order(campaign, hidden)
        Order.objects.filter(pk=other.pk).update(request=request)
        statuses = [world.get(base), world.post(f"{base}check/"), world.post(f"{base}repeat/")]
        assert [answer.status_code for answer in statuses] == [404, 404, 404]
        assert base not in world.get(f"campaigns/{campaign.pk}/orders/").content.decode()
        other.delete()
    assert not Job.objects.exists()


# --- whom they add ---
def test_who_is_asked_to_connect_is_of_the_first_group_of_the_one_who_asks(world: World) -> None:
    answer = world.post("influencers/add/ask/", handle="ines.cooks", email="ines@example.com")
    assert answer.status_code == 200
    assert Influencer.objects.get(name="ines.cooks").group == world.food


@pytest.mark.usefixtures("tiktok")
def test_an_account_is_added_in_the_first_group_of_the_one_who_adds_it(world: World) -> None:
    GroupMember.objects.create(
        group=Group.objects.create(name="Cars", key="cars"), user=world.manager
    )
    with groups_scope([world.food.pk, Group.objects.get(key="cars").pk]):
        job = errands.start_adding("maya.bakes", actor=world.manager, influencer=None)
    assert begin_at_once(job).state == JobState.DONE
    added = SocialAccount.objects.select_related("influencer__group").get(handle="maya.bakes")
    assert str(added.influencer.group) == "Cars"


@pytest.mark.parametrize("path", ["influencers/add/ask/", "influencers/add/"])
def test_who_is_limited_and_in_no_group_adds_nobody(world: World, path: str) -> None:
    GroupMember.objects.all().delete()
    answer = world.post(path, handle="ines.cooks", email="ines@example.com")
    assert "You are in no group yet." in answer.content.decode()
    assert (Influencer.objects.count(), Job.objects.count()) == (2, 0)


def _signs_in(world: World) -> None:
    open_dashboard(world.noor, User.objects.create_user("noor@example.com"))


def _nothing(world: World) -> None:
    """She is known by her address alone."""


@pytest.mark.parametrize("before", [_signs_in, _nothing])
def test_the_address_of_a_hidden_influencer_is_refused_without_a_name(
    world: World, before: Callable[[World], None]
) -> None:
    before(world)
    answer = world.post("influencers/add/ask/", handle="ines.cooks", email="noor@example.com")
    assert "of a group that you do not see" in answer.content.decode()
    assert "Noor" not in answer.content.decode()
    assert (Influencer.objects.count(), len(sent_mail())) == (2, 0)


def test_the_address_of_a_hidden_person_is_not_taken_for_an_account(world: World) -> None:
    _signs_in(world)
    account = TikTokAccountFactory.create(influencer=world.maya)
    with groups_scope([world.food.pk]), pytest.raises(AddressTaken, match="do not see"):
        ask_to_connect(account, actor=world.manager, email="noor@example.com")
    with pytest.raises(AddressTaken, match="Noor"):
        ask_to_connect(account, actor=world.manager, email="noor@example.com")


def test_a_handle_that_is_here_with_a_hidden_influencer_is_said_to_be(world: World) -> None:
    account: SocialAccount = TikTokAccountFactory.create(influencer=world.noor)
    outcome = [
        {"key": "present", "count": 1, "links": [["crm:influencer", "x", world.noor.pk]], "text": account.handle}
    ]  # fmt: skip
    job = Job.objects.create(
        kind=errands.ADD,
        params={"handle": account.handle, "influencer": None},
        outcome=outcome,
        state="done",
        finished_at=timezone.now(),
        actor=world.manager,
    )
    shown = world.get(f"influencers/add/{job.pk}/").content.decode()
    assert "is here already, with a creator of a group that you do not see." in shown
    assert "Noor" not in shown
    outcome[0]["key"] = "added"  # the handle was awaited of her
    Job.objects.filter(pk=job.pk).update(outcome=outcome)
    shown = world.get(f"activity/{job.pk}/").content.decode()
    assert "is added, to a creator of a group that you do not see." in shown


@pytest.mark.usefixtures("tiktok")
def test_who_adds_an_account_sees_its_influencer(world: World) -> None:
    answer = world.post("influencers/add/", handle="@maya.bakes")
    account = SocialAccount.objects.select_related("influencer").get(handle="maya.bakes")
    assert account.influencer.group == world.food
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (  # type: ignore[attr-defined]
        200, f"/o/oak/influencers/{account.influencer_id}/",
    )  # fmt: skip
