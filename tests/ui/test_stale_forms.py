"""A form that was opened before somebody else saved asks before it replaces anything, whatever it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from campaigns.enums import NumbersSource, ParticipantState
from campaigns.models import Campaign, Participant, PostReading
from campaigns.services.networks.posts import note_reading
from crm.enums import Network
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_campaign, a_participant
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.submitting import version

pytestmark = pytest.mark.django_db
CHANGED = "Somebody else has changed this meanwhile, so nothing was saved."


@pytest.fixture
def client(oak: Organization) -> Client:
    person = User.objects.create_user("ada@oak.example", name="Ada")
    add_member(oak, person, role=Role.OWNER, actor=None)
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture(autouse=True)
def _scope(oak: Organization) -> Any:
    with organization_scope(oak):
        yield


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign(currency="EUR")


def asked(answer: Any) -> dict[str, tuple[str, str, str]]:
    assert answer.status_code == 422
    assert CHANGED in answer.content.decode()
    found = answer.context["form"].conflicts
    return {each.name: (each.theirs, each.yours, each.chosen) for each in found}


def a_term(campaign: Campaign, name: str, **terms: Any) -> Participant:
    row = Participant.objects.get(account=a_participant(campaign, name))
    Participant.objects.filter(pk=row.pk).update(**terms)
    return row


def terms(row: Participant) -> tuple[str, Decimal | None, date | None]:
    row.refresh_from_db()
    return row.state, row.fee, row.due_on


def page_of(campaign: Campaign, *rows: Participant) -> str:
    ids = "&".join(f"ids={row.pk}" for row in rows)
    return f"/o/oak/campaigns/{campaign.pk}/influencers/change/?{ids}"


def test_a_fee_that_somebody_entered_meanwhile_is_not_cleared(
    client: Client, campaign: Campaign
) -> None:
    maya = a_term(campaign, "maya")
    page = page_of(campaign, maya)
    sent = {"ids": maya.pk, "state": "proposed", "fee": "", "due_on": "2026-12-01"}
    seen = version(client.get(page))
    Participant.objects.update(fee=Decimal("250.00"), state=ParticipantState.AGREED)

    answer = client.post(page, {**sent, "version": seen})

    assert asked(answer) == {
        "state": ("Agreed", "Proposed", "theirs"),
        "fee": ("250.00", "", "theirs"),
    }
    assert terms(maya) == ("agreed", Decimal("250.00"), None)
    choices = {"keep_state": "theirs", "keep_fee": "theirs", "version": version(answer)}
    assert client.post(page, {**sent, **choices}).status_code == 302
    assert terms(maya) == ("agreed", Decimal("250.00"), date(2026, 12, 1))
    yours = {**sent, "state": "agreed", "version": version(client.get(page))}
    assert client.post(page, yours).status_code == 302
    assert terms(maya) == ("agreed", None, date(2026, 12, 1))


def test_a_fee_of_nothing_is_shown_and_can_be_cleared(client: Client, campaign: Campaign) -> None:
    maya = a_term(campaign, "maya", fee=Decimal(0))
    page = page_of(campaign, maya)
    form = client.get(page)
    assert 'value="0.00"' in form.content.decode()
    sent = {"ids": maya.pk, "state": "proposed", "fee": "0.00", "version": version(form)}
    assert client.post(page, sent).status_code == 302
    assert terms(maya) == ("proposed", Decimal(0), None)
    assert client.post(page, {**sent, "fee": ""}).status_code == 302
    assert terms(maya) == ("proposed", None, None)


def test_what_differed_and_was_left_empty_stays_as_it_is_now(
    client: Client, campaign: Campaign
) -> None:
    maya = a_term(campaign, "maya", fee=Decimal(100))
    noor = a_term(campaign, "noor", fee=Decimal(200), state=ParticipantState.BRIEFED)
    page = page_of(campaign, maya, noor)
    form = client.get(page)
    assert 'name="fee" value' not in form.content.decode()
    sent = {"ids": [maya.pk, noor.pk], "state": "", "fee": "", "due_on": "2026-12-01"}
    Participant.objects.update(
        fee=Decimal(300), state=ParticipantState.BRIEFED, due_on=date(2026, 12, 9)
    )

    answer = client.post(page, {**sent, "version": version(form)})

    assert asked(answer) == {"due_on": ("9 Dec 2026", "1 Dec 2026", "")}
    assert '<option value="" selected>As it is' in answer.content.decode()
    choices = {"keep_due_on": "yours", "version": version(answer)}
    assert client.post(page, {**sent, **choices}).status_code == 302
    for row in (maya, noor):
        assert terms(row) == ("briefed", Decimal("300.00"), date(2026, 12, 1))


def test_a_fee_for_several_asks_about_what_differs_now(client: Client, campaign: Campaign) -> None:
    rows = [a_term(campaign, name, fee=Decimal(100)) for name in ("maya", "noor")]
    page = page_of(campaign, *rows)
    sent = {"ids": [row.pk for row in rows], "state": "proposed", "fee": "100.00"}
    seen = version(client.get(page))
    Participant.objects.filter(pk=rows[0].pk).update(fee=Decimal(500))

    answer = client.post(page, {**sent, "version": seen})

    assert asked(answer) == {"fee": ("Different: 500.00, 100.00", "100.00", "theirs")}
    choices = {"keep_fee": "theirs", "version": version(answer)}
    assert client.post(page, {**sent, **choices}).status_code == 302
    assert [terms(row)[1] for row in rows] == [Decimal(500), Decimal(100)]
    choices = {"keep_fee": "yours", "version": version(answer)}
    assert client.post(page, {**sent, **choices}).status_code == 302
    assert [terms(row)[1] for row in rows] == [Decimal(100), Decimal(100)]


def test_a_corrected_caption_brings_no_old_numbers_back(client: Client, campaign: Campaign) -> None:
    account = a_network_account("lena", network=Network.INSTAGRAM)
    Participant.objects.create(campaign=campaign, account=account)
    at = datetime(2026, 11, 12, 9, 30, 17, tzinfo=UTC)
    post = a_network_post(account, "C8", caption="Tpyo", published_at=at)
    note_reading(post, {"views": 100}, source=NumbersSource.IMPORTED)
    place = a_place(campaign, post)
    page = f"/o/oak/campaigns/{campaign.pk}/networks/{place.pk}/"
    seen = version(client.get(page))
    note_reading(post, {"views": 900}, source=NumbersSource.IMPORTED)
    sent = {"caption": "Typo", "published_at": "2026-11-12T09:30", "views": "100"}

    answer = client.post(page, {**sent, "version": seen})

    assert asked(answer) == {"views": ("900", "100", "theirs")}
    choices = {"keep_views": "theirs", "version": version(answer)}
    assert client.post(page, {**sent, **choices}).status_code == 302
    post.refresh_from_db()
    assert (post.caption, post.views, post.published_at) == ("Typo", 900, at)
    assert PostReading.objects.filter(post=post).count() == 2
    moved = {**sent, "published_at": "2026-11-12T09:31", "views": "900"}
    seen = version(client.get(page))
    post.published_at = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)
    post.save(update_fields=["published_at"])
    answer = client.post(page, {**moved, "version": seen})
    assert asked(answer) == {
        "published_at": ("13 Nov 2026, 08:00 UTC", "12 Nov 2026, 09:31 UTC", "")
    }
    choices = {"keep_published_at": "yours", "version": version(answer)}
    assert client.post(page, {**moved, **choices}).status_code == 302
    post.refresh_from_db()
    assert post.published_at == datetime(2026, 11, 12, 9, 31, tzinfo=UTC)


def member(oak: Organization, name: str) -> User:
    person = User.objects.create_user(f"{name.lower()}@oak.example", name=name)
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


def test_somebody_who_joined_a_group_meanwhile_stays_in_it(
    client: Client, oak: Organization
) -> None:
    ben, cleo = member(oak, "Ben"), member(oak, "Cleo")
    group = Group.objects.create(name="Beauty", key="beauty")
    page = f"/o/oak/settings/groups/{group.pk}/"
    seen = version(client.get(page), 1)
    GroupMember.objects.create(group=group, user=ben)

    answer = client.post(f"{page}members/", {"people": [cleo.pk], "version": seen})

    assert answer.status_code == 422
    assert CHANGED in answer.content.decode()
    (conflict,) = answer.context["members_form"].conflicts
    assert (conflict.theirs, conflict.yours, conflict.chosen) == ("Ben", "Cleo", "")
    assert [row.user for row in GroupMember.objects.all()] == [ben]
    chosen = {"people": [cleo.pk], "version": version(answer, 1), "keep_people": "yours"}
    assert client.post(f"{page}members/", chosen).status_code == 302
    assert [row.user for row in GroupMember.objects.all()] == [cleo]


def test_a_role_that_somebody_gave_meanwhile_is_not_taken_back(
    client: Client, oak: Organization
) -> None:
    ben = member(oak, "Ben")
    beauty, food = (
        Group.objects.create(name=name, key=name.lower()) for name in ("Beauty", "Food")
    )
    row = Membership.objects.get(user=ben, organization=oak)
    page = f"/o/oak/settings/members/{row.pk}/"
    seen = version(client.get(page))
    Membership.objects.filter(pk=row.pk).update(role=Role.VIEWER, is_limited=True)
    GroupMember.objects.create(group=beauty, user=ben)
    sent = {"role": "manager", "groups": [food.pk]}

    answer = client.post(page, {**sent, "version": seen})

    assert asked(answer) == {
        "role": ("Viewer", "Manager", "theirs"),
        "is_limited": ("Yes", "No", "theirs"),
        "groups": ("Beauty", "Food", ""),
    }
    row.refresh_from_db()
    assert (row.role, row.is_limited) == (Role.VIEWER, True)
    choices = {"keep_role": "theirs", "keep_is_limited": "theirs", "keep_groups": "yours"}
    assert client.post(page, {**sent, **choices, "version": version(answer)}).status_code == 302
    row.refresh_from_db()
    assert (row.role, row.is_limited) == (Role.VIEWER, True)
    assert [each.group for each in GroupMember.objects.all()] == [food]
