"""A report of several campaigns, and the client's logo on it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaigns.models import Campaign, CampaignResult, Participant, Report, ReportCampaign
from campaigns.services.report import (
    change_report,
    remove_report_logo,
    report_to_change,
    report_url,
    share_report,
)
from crm.models import Influencer, SocialAccount
from files.models import File
from tenancy.enums import Verb
from tenancy.models import Event, Group, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.campaigns.test_report import TODAY, content, page, published, set_up
from tests.campaigns.test_results import roll
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign, a_post, a_video
from tests.submitting import version

pytestmark = pytest.mark.django_db


def campaign_of(name: str, **values: Any) -> Campaign:
    begins, ends = TODAY - timedelta(days=9), TODAY + timedelta(days=10)
    given = {"state": "active", "starts_on": begins, "ends_on": ends, "currency": "EUR", "goal": "awareness", **values}  # fmt: skip
    return a_campaign(name, **given)


@pytest.fixture
def spring(organization: Organization) -> Campaign:
    """Maya: 1,000 views for 40 EUR. Rio: 500 views five days ago, 2,000 now, for 100 EUR."""
    planned = {"views": "4000", "cost_per_mille": "50"}
    campaign = campaign_of("Spring", client="Oakmill", markets=["DE"], planned=planned)
    published(campaign, "maya", (1, 1000), fee=40)
    published(campaign, "rio", (5, 500), (1, 2000), fee=100)
    roll()
    return campaign


@pytest.fixture
def autumn(spring: Campaign) -> Campaign:
    """Ann: 5,000 views for 60 EUR."""
    ends = TODAY + timedelta(days=40)
    planned = {"views": "6000", "cost_per_mille": "40"}
    campaign = campaign_of("Autumn", client="Birch", markets=["AT"], ends_on=ends, planned=planned)
    published(campaign, "ann", (1, 5000), fee=60)
    roll()
    return campaign


@pytest.fixture
def both(spring: Campaign, autumn: Campaign) -> Campaign:
    count_with(spring, autumn)
    return spring


def count_with(campaign: Campaign, *others: Campaign) -> None:
    report = report_to_change(campaign)
    ReportCampaign.objects.bulk_create(
        ReportCampaign(report=report, campaign=each) for each in others
    )


def test_campaigns_are_added_up_in_one_report(both: Campaign, manager: Client) -> None:
    set_up(both, shows_money=True)
    found = content(both)
    assert (found.sums.posts, found.sums.creators, found.sums.views) == (3, 3, 8000)
    assert (found.fees, found.campaign.markets) == (200.0, ["AT", "DE"])
    assert [(line.name, line.fee, line.ordered) for line in found.lines] == [
        ("Ann", 60.0, 2), ("Rio", 100.0, 2), ("Maya", 40.0, 2),
    ]  # fmt: skip
    planned = {each.number: each.planned for each in found.figures}
    assert planned["views"] == 10_000
    assert planned["cost_per_mille"] is None  # two plans that cannot be added up
    seen = page(manager, both)
    assert "Together with Autumn." in seen.replace("\u2068", "").replace("\u2069", "")
    assert f"– {both.ends_on + timedelta(days=30):%-d %b %Y}" in seen


def test_a_creator_in_two_campaigns_is_one(both: Campaign, autumn: Campaign) -> None:
    maya = Participant.objects.get(account__handle="maya").account
    again = Participant.objects.create(campaign=autumn, account=maya, state="agreed", fee=10)
    set_up(both, shows_money=True)
    a_post(autumn, a_video(maya, "second", video_views=100))
    roll()
    found = content(both)
    assert found.sums.creators == 3
    line = next(each for each in found.lines if each.name == "Maya")
    assert (line.sums.views, line.fee) == (1100, 40.0 + float(again.fee))


@pytest.mark.parametrize(
    ("split", "rows"),
    [
        ("campaign", [("Autumn", 5000, 60.0), ("Spring", 3000, 140.0)]),
        ("client", [("Birch", 5000, 60.0), ("Oakmill", 3000, 140.0)]),
    ],
)
def test_the_rows_are_campaigns_or_clients(both: Campaign, split: str, rows: Any) -> None:
    set_up(both, shows_money=True, split=split)
    assert [(line.name, line.sums.views, line.fee) for line in content(both).lines] == rows


def test_as_of_a_day_all_of_them_are_as_they_were(both: Campaign) -> None:
    set_up(both, as_of=TODAY - timedelta(days=3))
    found = content(both)
    assert (found.sums.posts, found.sums.creators, found.sums.views) == (1, 1, 500)


def test_campaigns_in_different_currencies_have_no_costs_together(
    both: Campaign, autumn: Campaign, manager: Client
) -> None:
    set_up(both, shows_money=True)
    Campaign.objects.filter(pk=autumn.pk).update(currency="USD")
    found = content(both)
    assert (found.has_money, found.fees) == (False, None)
    assert "these campaigns are in different currencies" in page(manager, both)


def choose(member: Client, campaign: Campaign, *others: Campaign, **values: Any) -> Any:
    """Send the choice of campaigns, otherwise as the page has it."""
    address = f"{base(campaign)}report/campaigns/"
    given = {"version": version(member.get(address)), "more": [each.pk for each in others]}
    return member.post(address, {**given, **values})


def test_a_choice_that_a_colleague_has_overtaken_is_asked_about(
    spring: Campaign, autumn: Campaign, manager: Client
) -> None:
    opened = version(manager.get(f"{base(spring)}report/campaigns/"))
    choose(manager, spring, autumn)
    late = choose(manager, spring, version=opened)
    assert late.status_code == 422
    assert "Somebody else has changed this meanwhile" in text(late)
    assert content(spring).ids == [spring.pk, autumn.pk]


def test_campaigns_are_chosen_in_the_form(
    spring: Campaign, autumn: Campaign, manager: Client
) -> None:
    dollars = campaign_of("In dollars", currency="USD")
    seen = text(manager.get(f"{base(spring)}report/campaigns/"))
    assert "Autumn" in seen
    assert "In dollars" not in seen
    assert choose(manager, spring, autumn).status_code == 302
    assert content(spring).ids == [spring.pk, autumn.pk]
    assert Event.objects.filter(verb=Verb.REPORT_CHANGED).count() == 1
    choose(manager, spring, autumn)
    assert Event.objects.filter(verb=Verb.REPORT_CHANGED).count() == 1
    refused = choose(manager, spring, autumn, dollars)
    assert (refused.status_code, content(spring).ids) == (422, [spring.pk, autumn.pk])
    choose(manager, spring)
    assert content(spring).ids == [spring.pk]


def test_at_most_twenty_campaigns_are_counted(spring: Campaign, manager: Client) -> None:
    many = [campaign_of(f"Campaign {number}") for number in range(20)]
    refused = choose(manager, spring, *many)
    assert (refused.status_code, content(spring).ids) == (422, [spring.pk])
    assert "Choose at most 19 campaigns besides this one." in text(refused)
    assert choose(manager, spring, *many[:19]).status_code == 302


def test_a_campaign_of_another_organization_is_never_counted(
    spring: Campaign, manager: Client
) -> None:
    with organization_scope(an_organization("Elms")):
        foreign = campaign_of("Foreign")
    assert choose(manager, spring, foreign).status_code == 422
    report = report_to_change(spring)
    change_report(report, more=[foreign.pk, spring.pk], actor=User.objects.get())
    assert not ReportCampaign.objects.exists()


def test_a_member_of_some_groups_gets_the_sums_of_these_over_all_of_them(
    both: Campaign, autumn: Campaign
) -> None:
    maya = SocialAccount.objects.get(handle="maya")
    Participant.objects.create(campaign=autumn, account=maya, state="agreed", fee=10)
    a_post(autumn, a_video(maya, "second", video_views=100))
    roll()
    group = Group.objects.create(name="North")
    Influencer.objects.filter(pk=maya.influencer_id).update(group=group)
    for split in ("creator", "campaign", "client", "market", "week", "post"):
        set_up(both, shows_money=True, split=split, as_of=None)
        with groups_scope({group.pk}):
            found = content(both)
            assert (found.sums.views, found.sums.creators, found.fees) == (1100, 1, 50.0)
            assert {each.creator for each in found.posts} == {"Maya"}
            lines = found.lines
        assert sum(line.sums.views for line in lines) == 1100
        assert sum(line.fee or 0 for line in lines) in {0, 50.0}
        set_up(both, as_of=TODAY - timedelta(days=3))
        with groups_scope({group.pk}):
            assert not content(both).sums.views


def test_the_first_of_very_many_are_those_with_most_views_whatever_the_goals(
    both: Campaign, autumn: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.queries.report_posts.SORTED_WHOLE", 0)
    monkeypatch.setattr("campaigns.queries.report_posts.CREATORS_FIRST", 1)
    CampaignResult.objects.filter(campaign=both, account__isnull=False).update(score=10**9)
    assert [each.creator for each in content(both).posts] == ["Ann"]


def test_several_campaigns_cost_few_queries(both: Campaign, manager: Client) -> None:
    address = f"{base(both)}report/"
    manager.get(address)
    few = queries(manager, address)
    more = [campaign_of(f"Campaign {number}") for number in range(4)]
    count_with(both, *more)
    assert queries(manager, address) == few <= 14


def picture() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(drawn, "PNG")
    return SimpleUploadedFile("oakmill.png", drawn.getvalue())


def test_the_client_s_logo_is_shown_on_the_report_and_behind_its_link(
    spring: Campaign, manager: Client, client: Client
) -> None:
    logo = f"{base(spring)}report/logo/"
    wrong = manager.post(logo, {"logo": SimpleUploadedFile("a.png", b"no picture")})
    assert (wrong.status_code, Report.objects.get().logo) == (422, None)
    assert manager.post(logo, {"logo": picture()}).status_code == 302
    report = Report.objects.get()
    assert (
        f"/files/{report.logo.key}/picture/"
        in manager.get(f"{base(spring)}report/").content.decode()
    )
    shared = share_report(
        spring, expires_on=None, password="sunlit harbour", actor=User.objects.get()
    )
    link = report_url(shared).partition("//")[2]
    link = link[link.index("/") :]
    assert client.get(f"{link}logo.png").status_code == 200
    assert "password" in client.get(f"{link}logo.png").content.decode()
    client.post(link, {"password": "sunlit harbour"})
    seen = client.get(f"{link}logo.png")
    assert (seen["Content-Type"], "no-store" in seen["Cache-Control"]) == ("image/png", True)
    assert f'src="{link}logo.png"' in client.get(link).content.decode()
    assert seen["Content-Disposition"] == 'inline; filename="logo.png"'  # not the name of our file
    assert client.post(f"{link}logo.png").status_code == 405


def test_another_logo_takes_the_place_of_the_first_and_none_is_left(
    spring: Campaign, manager: Client, viewer: Client
) -> None:
    somebody = User.objects.first()
    logo = f"{base(spring)}report/logo/"
    assert viewer.post(logo, {"logo": picture()}).status_code == 403
    for _ in range(2):
        manager.post(logo, {"logo": picture()})
    assert File.objects.filter(removed_at=None).count() == 1
    seen_before = Report.objects.get()
    for _ in range(2):
        assert manager.post(f"{logo}remove/").status_code == 302
    assert (Report.objects.get().logo, File.objects.filter(removed_at=None).count()) == (None, 0)
    assert Event.objects.filter(verb=Verb.REPORT_CHANGED).count() == 3
    remove_report_logo(seen_before, actor=somebody)
    assert Event.objects.filter(verb=Verb.REPORT_CHANGED).count() == 3
    shared = share_report(spring, expires_on=None, password=None, actor=somebody)
    assert Client().get(f"/r/{report_url(shared).rpartition('/r/')[2]}logo.png").status_code == 404


def test_a_logo_that_came_meanwhile_is_taken_away_whole(spring: Campaign, manager: Client) -> None:
    opened = report_to_change(spring)
    manager.post(f"{base(spring)}report/logo/", {"logo": picture()})
    remove_report_logo(opened, actor=User.objects.get())
    assert (Report.objects.get().logo, File.objects.filter(removed_at=None).count()) == (None, 0)
