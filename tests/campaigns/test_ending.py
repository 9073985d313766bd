"""The page of permissions that end soon: the soonest first, with what hangs on them, and one click to remind all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Participant
from crm.models import BulkAction, ConnectInvitation, Influencer
from crm.queries.bulk import selected
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_action
from jobs.enums import Lane
from mail.models import Message
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.factories.campaigns import a_campaign, an_order
from tests.factories.crm import ConsentFactory, TikTokAccountFactory
from tests.working import pump
from tiktok.enums import ConnectionState

pytestmark = pytest.mark.django_db
PAGE = "/o/oak/influencers/ending/"


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def an_account(name: str, days: int, **values: Any) -> Any:
    """An authenticated account whose grant ends in so many days."""
    account = TikTokAccountFactory.create(
        influencer__name=name,
        influencer__email=f"{name.lower()}@example.com",
        creator__handle=name.lower(),
        **values,
    )
    consent = ConsentFactory.create(creator=account.creator)
    ends = timezone.now() + timedelta(days=days, hours=1)
    type(consent.connection).objects.filter(pk=consent.connection_id).update(
        refresh_expires_at=ends
    )
    return account


def person(oak: Organization, role: Role) -> Client:
    user = User.objects.create_user(f"{role}@oak.example", "secret")
    add_member(oak, user, role=role, actor=None)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_soonest_stands_first_and_each_says_what_hangs_on_it(oak: Organization) -> None:
    with organization_scope(oak):
        late, soon = an_account("Late", 50), an_account("Soon", 5)
        an_account("Never", 300)
        an_account("Ended", -3)
        an_account("Archived", 5, influencer__archived_at=timezone.now())
        campaign = a_campaign(state=CampaignState.ACTIVE)
        Participant.objects.create(campaign=campaign, account=soon)
        Participant.objects.create(
            campaign=a_campaign("Winter", state=CampaignState.DRAFT), account=soon
        )
        an_order(campaign, soon)
        an_order(campaign, soon, state=OrderState.CANCELLED, tiktok_order_id="7")
    viewer = person(oak, Role.VIEWER)
    page = body(viewer.get(f"{PAGE}?days=60"))
    assert page.index("@soon") < page.index("@late")
    row = page[page.index("@soon") : page.index("@late")]
    assert f'<a href="/o/oak/campaigns/{campaign.pk}/">Autumn</a>' in row
    assert "Winter" not in row
    assert row.count('<td class="num">1</td>') == 1
    for name in ("@never", "@ended", "@archived", "Remind"):
        assert name not in page, name
    page = body(viewer.get(f"{PAGE}?days=nonsense"))
    assert ("@soon" in page, "@late" in page) == (True, False)
    assert late.pk


def test_where_nothing_ends_the_page_says_so(oak: Organization) -> None:
    assert "No permission ends in this time" in body(person(oak, Role.MANAGER).get(PAGE))


def test_all_are_reminded_after_a_preview_and_nobody_else(oak: Organization) -> None:
    manager = person(oak, Role.MANAGER)
    with organization_scope(oak):
        for name, days in (("Soon", 5), ("Later", 25), ("Late", 50)):
            an_account(name, days)
    answer = manager.post(f"{PAGE}remind/", {"days": "30"})
    assert "2 creators will be asked by e-mail" in body(manager.get(answer["Location"]))
    with organization_scope(oak):
        assert not Message.objects.exists()
        action, kind = BulkAction.objects.get(), bulk_kind("ask")
        assert kind
        actor = User.objects.get(email=f"{Role.MANAGER}@oak.example")
        begin_action(action, kind, choice="", name="", total=2, actor=actor)
        while pump(Lane.BULK):
            pass
        action.refresh_from_db()
        assert action.counts == {"done": 2}
        assert set(Message.objects.values_list("recipient", flat=True)) == {
            "soon@example.com",
            "later@example.com",
        }
    assert "Not yet" not in body(manager.get(PAGE))


def test_whoever_has_another_account_is_asked_about_the_one_that_ends_soonest(
    oak: Organization,
) -> None:
    manager = person(oak, Role.MANAGER)
    with organization_scope(oak):
        maya = TikTokAccountFactory.create(influencer__name="Maya").influencer
        for handle, days in (("later", 25), ("sooner", 5)):
            an_account(handle, days, influencer=maya)
        Influencer.objects.filter(pk=maya.pk).update(email="maya@example.com")
    answer = manager.post(f"{PAGE}remind/", {"days": "30"})
    manager.post(f"{answer['Location'].partition('?')[0]}begin/")
    with organization_scope(oak):
        while pump(Lane.BULK):
            pass
        assert BulkAction.objects.get().counts == {"done": 1}
        assert ConnectInvitation.objects.get().handle == "sooner"


@pytest.mark.parametrize("at", ["2026-11-29T00:00:01Z", "2026-11-29T23:59:59Z"])
def test_the_page_shows_exactly_whom_remind_all_reminds(oak: Organization, at: str) -> None:
    manager = person(oak, Role.MANAGER)
    with time_machine.travel(at, tick=False), organization_scope(oak):
        for name, ends in (
            ("Earlier", "2026-11-28T23:59:59Z"),
            ("Today", "2026-11-29T00:00:00Z"),
            ("Last", "2026-12-29T23:59:59Z"),
            ("After", "2026-12-30T00:00:00Z"),
        ):
            connection = an_account(name, 5).creator.consents.get().connection
            type(connection).objects.filter(pk=connection.pk).update(refresh_expires_at=ends)
        page = body(manager.get(PAGE))
        shown = {name for name in ("earlier", "today", "last", "after") if f"@{name}" in page}
        manager.post(f"{PAGE}remind/", {"days": "30"})
        reminded = {each.name.lower() for each in selected(BulkAction.objects.get())}
    assert shown == reminded == {"today", "last"}


def test_a_viewer_reminds_nobody(oak: Organization) -> None:
    assert person(oak, Role.VIEWER).post(f"{PAGE}remind/", {"days": "30"}).status_code == 403


def test_a_member_who_is_limited_to_groups_sees_theirs(oak: Organization) -> None:
    user = User.objects.create_user("limited@oak.example")
    Membership.objects.create(organization=oak, user=user, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        food = Group.objects.create(name="Food", key="food")
        GroupMember.objects.create(group=food, user=user)
        an_account("Mine", 5, influencer__group=food)
        an_account("Other", 5)
    limited = Client()
    limited.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = body(limited.get(PAGE))
    assert ("@mine" in page, "@other" in page) == (True, False)


def test_organizations_never_meet(oak: Organization, elm: Organization) -> None:
    with organization_scope(elm):
        an_account("Foreign", 5)
    assert "@foreign" not in body(person(oak, Role.MANAGER).get(PAGE))


def test_home_leads_there(oak: Organization) -> None:
    with organization_scope(oak):
        account = an_account("Soon", 5)
        consent = account.creator.consents.get()
        consent.connection.state = ConnectionState.EXPIRING
        consent.connection.save()
    client = person(oak, Role.MANAGER)
    page = body(client.get("/o/oak/"))
    assert f'href="{PAGE}"' in page
    assert "1 permission of creators ends within 30 days</a>" in page
    with organization_scope(oak):
        Influencer.objects.update(archived_at=timezone.now())
    assert "within 30 days" not in body(client.get("/o/oak/"))


def test_home_counts_no_further_than_a_thousand(oak: Organization, monkeypatch) -> None:
    monkeypatch.setattr("campaigns.queries.ending.MOST_COUNTED", 1)
    monkeypatch.setattr("influence.home.MOST_COUNTED", 1)
    with organization_scope(oak):
        for name in ("Ann", "Bo", "Cy"):
            connection = an_account(name, 5).creator.consents.get().connection
            connection.state = ConnectionState.EXPIRING
            connection.save()
    page = body(person(oak, Role.MANAGER).get("/o/oak/"))
    assert "More than 1 permissions of creators end within 30 days</a>" in page


def test_the_list_is_paged_and_costs_no_query_for_each_row(oak: Organization) -> None:
    manager = person(oak, Role.MANAGER)
    with organization_scope(oak):
        an_account("One", 5)
    counts = []
    for _ in range(2):
        manager.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            page = body(manager.get(PAGE))
        counts.append(sum(q["sql"].startswith("SELECT") for q in captured))
        with organization_scope(oak):
            for n in range(55):
                if not counts[1:]:
                    an_account(f"More{n}", 6)
    assert counts[0] == counts[1]
    assert counts[1] <= 12
    assert page.count("@more") == 49
    following = page.partition('rel="next"')[0].rpartition('href="')[2]
    assert "cursor=" in page
    assert following


def test_the_fees_of_campaigns_are_told_to_those_who_see_money(oak: Organization) -> None:
    with organization_scope(oak):
        account = an_account("Soon", 5)
        campaign = a_campaign(state=CampaignState.ACTIVE, currency="EUR")
        Participant.objects.create(campaign=campaign, account=account, fee="1450.50")
    fee = "Fee 1,450.50\N{NO-BREAK SPACE}EUR"
    assert fee in person(oak, Role.MANAGER).get(PAGE).content.decode()
    assert "450.50" not in person(oak, Role.VIEWER).get(PAGE).content.decode()
