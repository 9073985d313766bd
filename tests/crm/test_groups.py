"""Members who are limited to groups see the influencers of these, and nothing of the others, wherever they look."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Replace
from django.test import Client

from campaigns.models import Campaign, Order, Participant
from crm.models import Influencer, Note, SocialAccount, Tag, Tagging
from tenancy.enums import Role
from tenancy.isolation import organization_models
from tenancy.models import Group, GroupMember, Membership, Organization
from tenancy.queries import groups_seen
from tenancy.scope import groups_scope, organization_scope
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.guards.addresses import addresses
from tests.guards.test_personas_walk import VALUES
from tests.personas import Tenant, build_tenant, make_person
from tiktok.models import Creator, Video

pytestmark = pytest.mark.django_db
HIDDEN = "hiddncnry"


class TestScope:
    @pytest.fixture(autouse=True)
    def _world(self, _scope: None) -> None:
        self.food = Group.objects.create(name="Food", key="food")
        self.sport = Group.objects.create(name="Sport", key="sport")
        campaign = a_campaign()
        for handle, group in (("maya", self.food), ("noor", self.sport), ("tom", None)):
            account = a_participant(campaign, handle)
            Influencer.objects.filter(pk=account.influencer_id).update(group=group)
            an_order(campaign, account)
            Note.objects.create(influencer=account.influencer, text=handle)

    def names(self) -> dict[str, list[str]]:
        return {
            "influencers": sorted(Influencer.objects.values_list("name", flat=True)),
            "accounts": sorted(SocialAccount.objects.values_list("handle", flat=True)),
            "orders": sorted(Order.objects.values_list("account__handle", flat=True)),
            "participants": sorted(Participant.objects.values_list("account__handle", flat=True)),
            "of the campaign": sorted(
                Campaign.objects.get().participants.values_list("account__handle", flat=True)
            ),
            "notes": sorted(Note.objects.values_list("text", flat=True)),
            "groups": sorted(Group.objects.values_list("key", flat=True)),
        }

    def test_a_group_shows_its_influencers_and_what_hangs_on_them(self) -> None:
        with groups_scope([self.food.pk]):
            seen = self.names()
        assert seen == {
            "influencers": ["Maya"],
            "accounts": ["maya"],
            "orders": ["maya"],
            "participants": ["maya"],
            "of the campaign": ["maya"],
            "notes": ["maya"],
            "groups": ["food"],
        }

    def test_no_group_shows_nobody_and_all_show_who_is_in_none_neither(self) -> None:
        with groups_scope([]):
            assert set(map(len, self.names().values())) == {0}
        with groups_scope([self.food.pk, self.sport.pk]):
            assert self.names()["influencers"] == ["Maya", "Noor"]
        assert self.names()["influencers"] == ["Maya", "Noor", "Tom"]

    def test_a_scope_of_the_same_organization_keeps_the_groups_and_another_s_does_not(
        self, oak: Organization, elm: Organization
    ) -> None:
        with groups_scope([self.food.pk]):
            with organization_scope(oak):
                assert self.names()["influencers"] == ["Maya"]
            with organization_scope(elm):
                InfluencerFactory.create(name="Elm's")
                assert [i.name for i in Influencer.objects.all()] == ["Elm's"]

    def test_what_is_hidden_is_not_changed_or_deleted_either(self) -> None:
        with groups_scope([self.food.pk]):
            assert Note.objects.update(text="changed") == 1
            assert Note.objects.all().delete()[1]["crm.Note"] == 1
        assert sorted(Note.objects.values_list("text", flat=True)) == ["noor", "tom"]


def test_only_managers_and_viewers_can_be_limited(oak: Organization) -> None:
    for role in Role:
        person = make_person(role, "x")
        row = {"organization": oak, "user": person, "role": role, "is_limited": True}
        if role in {Role.MANAGER, Role.VIEWER}:
            Membership.objects.create(**row)
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**row)


def test_a_member_sees_the_groups_they_are_in_and_everything_unless_limited(
    oak: Organization,
) -> None:
    person = make_person("manager", "x")
    member = Membership.objects.create(organization=oak, user=person, role=Role.MANAGER)
    with organization_scope(oak):
        group = Group.objects.create(name="Food", key="food")
        Group.objects.create(name="Sport", key="sport")
        GroupMember.objects.create(group=group, user=person)
        assert groups_seen(member) is None
        member.is_limited = True
        assert groups_seen(member) == {group.pk}


@pytest.fixture
def tenant() -> Tenant:
    """A whole tenant; what is about its influencer carries the hidden canary."""
    tenant = build_tenant("oak")
    with organization_scope(tenant.organization):
        for model in organization_models():
            if model in {Creator, Video} or (model.group_path and model is not Group):
                hide(model, tenant.canary)
        connection.check_constraints()
    return tenant


def hide(model: type[models.Model], canary: str) -> None:
    texts = [
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not (field.choices or field.generated)
    ]
    model._default_manager.update(
        **{
            name: Replace(models.F(name), models.Value(canary), models.Value(HIDDEN))
            for name in texts
        }
    )


@pytest.fixture
def limited(tenant: Tenant) -> Iterator[Client]:
    """A browser of a manager who works with another group than that of all rows."""
    person = make_person("limited", "of-oak")
    Membership.objects.create(
        organization=tenant.organization, user=person, role=Role.MANAGER, is_limited=True
    )
    with organization_scope(tenant.organization):
        group = Group.objects.create(name="Mine", key="mine")
        GroupMember.objects.create(group=group, user=person)
    client = Client()
    client.force_login(person)
    return client


def test_no_page_shows_an_influencer_of_another_group(tenant: Tenant, limited: Client) -> None:
    values = {name: of(tenant) for name, of in VALUES.items()}
    about = {"influencers.pk", "account_pk", "order_pk", "orders.pk", "post_pk", "posts.pk"}
    staffs = [each for each in addresses() if each.audience == "staff"]
    for address in staffs:
        status, body = opened_alone(limited, address.url(values))
        assert HIDDEN.encode() not in body, address
        if about & set(address.parameters):
            assert status in {404, 405, 403}, address
    assert len(staffs) > 200


def opened_alone(person: Client, url: str) -> tuple[int, bytes]:
    """Status and body of a page that somebody opens as their first: what it leaves behind is taken back."""
    cache.clear()
    browser = Client()
    browser.cookies = copy(person.cookies)
    with transaction.atomic():
        response = browser.get(url)
        body = b"".join(response)  # type: ignore[arg-type]  # bytes, of a streamed answer, too
        transaction.set_rollback(True)
    return response.status_code, body


def test_the_owner_sees_what_the_limited_member_does_not(tenant: Tenant, limited: Client) -> None:
    owner = Client()
    owner.force_login(tenant.people["owner"])
    url = f"/o/{tenant.organization.slug}/influencers/"
    assert HIDDEN in owner.get(url).content.decode()
    assert HIDDEN not in limited.get(url).content.decode()


def test_mail_to_everybody_and_the_jobs_of_others_are_not_for_limited_members(
    tenant: Tenant, limited: Client
) -> None:
    base = f"/o/{tenant.organization.slug}"
    assert limited.get(f"{base}/mail/").status_code == 403
    assert (
        tenant.canary
        not in limited.get(f"{base}/activity/?whose=all").content.decode().partition("<main")[2]
    )


def test_search_finds_nobody_of_another_group(tenant: Tenant, limited: Client) -> None:
    url = f"/o/{tenant.organization.slug}/influencers/?q={HIDDEN}"
    assert "No matches" in limited.get(url).content.decode()


@pytest.mark.usefixtures("_scope")
def test_a_tag_of_hidden_influencers_is_counted_without_them() -> None:
    group = Group.objects.create(name="Food", key="food")
    account = TikTokAccountFactory.create()
    tag = Tag.objects.create(name="food")
    Tagging.objects.create(tag=tag, influencer=account.influencer)
    with groups_scope([group.pk]):
        assert tag.taggings.count() == 0
    assert tag.taggings.count() == 1
