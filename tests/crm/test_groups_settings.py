"""The settings of groups: made with a key of their own, branded, given members, deleted once nobody is inside."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from crm.models import GroupBranding, Influencer
from crm.services import groups as services
from files.models import File
from tenancy.enums import Role
from tenancy.errors import GroupNotEmpty
from tenancy.models import Group, GroupMember, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_events, queries_in
from tests.submitting import fresh, submit, version
from tests.tenancy.test_members import said, texts

pytestmark = pytest.mark.django_db
PAGE = "/o/oak/settings/groups/"


@pytest.fixture
def admin(signed_in: Callable[[Role], Client]) -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def beauty(oak: Organization) -> Group:
    with organization_scope(oak):
        return services.create_group("Beauty", "beauty", actor=None)


def picture(name: str = "logo.png") -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue())


def test_a_group_gets_the_key_of_its_name(admin: Client, oak: Organization) -> None:
    answer = admin.post(f"{PAGE}add/", {**fresh(), "name": "Beauté & Care"})
    with organization_scope(oak):
        group = Group.objects.get()
    assert (group.name, group.key) == ("Beauté & Care", "beaute-care")
    assert answer.url == f"{PAGE}{group.pk}/"
    assert admin.get(answer.url).status_code == 200
    assert said(oak)[-1] == "group.created"


def test_a_group_needs_a_key_of_its_own(admin: Client, beauty: Group) -> None:
    taken = admin.post(f"{PAGE}add/", {**fresh(), "name": "Other", "key": "beauty"})
    nameless = admin.post(f"{PAGE}add/", {**fresh(), "name": "美"})
    assert "Another group has the key" in str(taken.context["form"].errors)
    assert "Enter a key" in str(nameless.context["form"].errors)
    assert admin.post(f"{PAGE}add/", {}).status_code == 422


def test_name_and_text_change_and_the_key_stays(
    admin: Client, beauty: Group, oak: Organization
) -> None:
    url = f"{PAGE}{beauty.pk}/"
    for _ in range(2):  # the second time nothing changes
        assert submit(admin, url, {"name": "Care", "application_text": "Hello"}).status_code == 302
    with organization_scope(oak):
        branding = GroupBranding.objects.select_related("group").get()
    assert (branding.group.name, branding.group.key) == ("Care", "beauty")
    assert branding.application_text == "Hello"
    assert said(oak).count("group.changed") == 1
    assert admin.post(url, {"name": ""}).status_code == 422


def test_of_two_editors_the_second_sees_what_changed(admin: Client, beauty: Group) -> None:
    url = f"{PAGE}{beauty.pk}/"
    version = admin.get(url).context["form"].version
    submit(admin, url, {"name": "Care", "application_text": ""})
    second = admin.post(url, {"name": "Skin", "application_text": "", "version": version})
    assert second.status_code == 422
    assert "Somebody else has changed this" in second.content.decode()


def test_a_logo_is_set_replaced_and_removed(
    admin: Client, beauty: Group, oak: Organization
) -> None:
    url = f"{PAGE}{beauty.pk}/"
    for name in ("first.png", "second.png"):
        assert admin.post(f"{url}logo/", {"logo": picture(name)}).status_code == 302
    with organization_scope(oak):
        first, second = File.objects.order_by("pk")
        assert GroupBranding.objects.get().logo == second
        assert (first.removed_at is None, second.removed_at is None) == (False, True)
    assert str(second.key) in admin.get(url).content.decode()
    admin.post(f"{url}logo/remove/")
    assert "No logo of its own" in admin.get(url).content.decode()
    wrong = admin.post(f"{url}logo/", {"logo": SimpleUploadedFile("a.png", b"no picture")})
    assert wrong.status_code == admin.post(f"{url}logo/", {}).status_code == 422


def test_members_of_a_group_are_members_of_the_organization(
    admin: Client, beauty: Group, oak: Organization, owner: User
) -> None:
    stranger = User.objects.create_user("stranger@example.com")
    url = f"{PAGE}{beauty.pk}/members/"
    assert admin.post(url, {"people": [stranger.pk]}).status_code == 422
    for _ in range(2):  # the second time nothing changes
        assert admin.post(url, {"people": [owner.pk]}).status_code == 302
    with organization_scope(oak):
        assert GroupMember.objects.get().user == owner
    seen = version(admin.get(f"{PAGE}{beauty.pk}/"), 1)
    assert admin.post(url, {"version": seen}).status_code == 302
    with organization_scope(oak):
        assert not GroupMember.objects.exists()
    assert said(oak).count("group.members_changed") == 2


def test_an_empty_group_is_deleted_with_its_branding(
    admin: Client, beauty: Group, oak: Organization
) -> None:
    admin.post(f"{PAGE}{beauty.pk}/logo/", {"logo": picture()})
    assert "No creator is in this group" in admin.get(f"{PAGE}{beauty.pk}/delete/").content.decode()
    assert admin.post(f"{PAGE}{beauty.pk}/delete/").url == PAGE
    with organization_scope(oak):
        assert not Group.objects.exists()
        assert File.objects.get().removed_at is not None
    assert texts(admin, PAGE) == ["Beauty was deleted."]
    assert said(oak)[-1] == "group.deleted"


@pytest.mark.parametrize("target", ["another group", "none"])
def test_creators_of_a_deleted_group_go_where_it_is_said(
    admin: Client, beauty: Group, oak: Organization, target: str
) -> None:
    with organization_scope(oak):
        food = Group.objects.create(name="Food", key="food")
        maya = Influencer.objects.create(name="Maya", group=beauty)
        with pytest.raises(GroupNotEmpty):
            services.delete_group(beauty, is_moving=False, move_to=None, actor=None)
    url = f"{PAGE}{beauty.pk}/delete/"
    admin.post(url)
    assert "Say where they go" in texts(admin, PAGE)[0]
    expected = food if target == "another group" else None
    admin.post(url, {"move_to": food.pk if expected else ""})
    assert texts(admin, PAGE) == ["Beauty was deleted. 1 creator was moved."]
    with organization_scope(oak):
        maya.refresh_from_db()
        assert (maya.group, Group.objects.count()) == (expected, 1)
        assert [event.verb for event in crm_events()] == ["influencer.edited"]


def test_a_group_that_is_too_large_is_not_moved_while_somebody_waits(
    admin: Client, beauty: Group, oak: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOVED_AT_ONCE", 1)
    with organization_scope(oak):
        for name in ("Maya", "Nia"):
            Influencer.objects.create(name=name, group=beauty)
    admin.post(f"{PAGE}{beauty.pk}/delete/", {"move_to": ""})
    assert texts(admin, PAGE)[0].startswith("More than 1 creators are in this group.")
    with organization_scope(oak):
        assert Influencer.objects.filter(group=beauty).count() == 2


def test_the_list_counts_members_and_creators_within_its_budget(
    admin: Client, beauty: Group, oak: Organization, owner: User
) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Maya", group=beauty)
        GroupMember.objects.create(group=beauty, user=owner)
        for number in range(20):
            Group.objects.create(name=f"Group {number}", key=f"group-{number}")
    (row, *others) = admin.get(PAGE).context["page"].rows
    assert (row.influencer_count, row.member_count, len(others)) == (1, 1, 20)
    assert queries_in(admin, PAGE) <= 8


def test_a_viewer_sees_groups_and_changes_none(viewer: Client, beauty: Group) -> None:
    page = viewer.get(PAGE).content.decode()
    assert "Beauty" in page
    assert "Add group" not in page
    for path in ("add/", f"{beauty.pk}/", f"{beauty.pk}/delete/", f"{beauty.pk}/members/"):
        assert viewer.post(f"{PAGE}{path}").status_code == 403


def test_a_group_leads_to_its_creators_in_the_list(admin: Client, beauty: Group) -> None:
    page = admin.get(PAGE).content.decode()
    assert f'<a href="/o/oak/influencers/?f=group%3A{beauty.pk}">' in page
