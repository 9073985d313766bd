"""Due work finds campaigns below their plan and permissions that end, and says so once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from alerts.models import Alert
from alerts.policies import is_below_plan
from alerts.services import finding
from alerts.services.finding import FIND, find_below_plan, find_endings, forget_old, plan_alerts
from alerts.services.reading import READ
from alerts.tasks import plan_alerts as plan_alerts_task
from campaigns.models import Campaign, CampaignResult
from jobs.enums import Lane
from jobs.models import Work
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.services.events import record
from tests.alerts.conftest import heard
from tests.campaigns.test_ending import an_account
from tests.factories.campaigns import a_campaign
from tests.working import pump

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def running(days: int = 10, of: int = 20, **fields: Any) -> Campaign:
    """An active campaign of which so many days are over with today."""
    starts = TODAY - timedelta(days=days - 1)
    values = {"state": "active", "planned": {"views": "1000"}, **fields}
    return a_campaign(starts_on=starts, ends_on=starts + timedelta(days=of - 1), **values)


def result(campaign: Campaign, **sums: Any) -> None:
    CampaignResult.objects.filter(campaign=campaign).delete()
    CampaignResult.objects.create(campaign=campaign, rolled_at=timezone.now(), **sums)


def said(verb: Verb) -> list[dict[str, Any]]:
    return list(Event.objects.filter(verb=verb).order_by("pk").values_list("detail", flat=True))


@pytest.mark.parametrize(
    ("of_plan", "passed", "is_below"),
    [(0.34, 0.5, True), (0.35, 0.5, False), (0.0, 0.19, False), (0.0, 0.2, True), (0.7, 1, False)],
)
def test_below_is_less_than_70_per_cent_of_what_is_due_by_today(of_plan, passed, is_below) -> None:
    assert is_below_plan(of_plan, passed) is is_below


def test_a_campaign_below_its_plan_is_said_once_and_again_after_it_came_back(organization) -> None:
    campaign = running()
    for views in (340, 200, 400, 510, 100):
        result(campaign, posts=2, known=2, views=views)
        find_below_plan()
    below = [
        {"number": "views", "percent": 68},
        {"number": "views", "percent": 20},
    ]
    assert said(Verb.CAMPAIGN_BELOW_PLAN) == below
    assert said(Verb.CAMPAIGN_ON_PLAN) == [{"number": "views"}]


def test_a_campaign_without_a_post_is_below_its_plan(organization) -> None:
    running()
    find_below_plan()
    assert said(Verb.CAMPAIGN_BELOW_PLAN) == [{"number": "views", "percent": 0}]


@pytest.mark.parametrize(
    "fields",
    [
        {"planned": {}},
        {"planned": {"completion_rate": "0.3"}, "goal": "awareness"},
        {"state": "draft"},
        {"days": 2},
        {"days": -5},
    ],
)
def test_nothing_is_said_without_a_plan_that_grows_or_before_it_counts(
    organization, fields
) -> None:
    running(**fields)
    find_below_plan()
    assert said(Verb.CAMPAIGN_BELOW_PLAN) == []


def test_posts_whose_numbers_are_not_known_yet_are_no_shortfall(organization) -> None:
    result(running(), posts=2)
    find_below_plan()
    assert said(Verb.CAMPAIGN_BELOW_PLAN) == []


def test_a_permission_that_ends_within_thirty_days_is_said_once(organization) -> None:
    account = an_account("Ann", 20)
    an_account("Bo", 40)
    for _ in range(2):
        assert find_endings() is False
    (event,) = Event.objects.filter(verb=Verb.CONNECTION_ENDING)
    assert event.object_id == account.pk
    assert event.detail["ends_at"].startswith(str(TODAY + timedelta(days=20))[:7])


def test_who_connected_anew_is_said_again_when_that_ends(organization) -> None:
    account = an_account("Ann", 20)
    with time_machine.travel(timezone.now() - timedelta(days=60)):
        record(Verb.CONNECTION_ENDING, account, actor=None)
    find_endings()
    assert Event.objects.filter(verb=Verb.CONNECTION_ENDING).count() == 2


def test_the_work_finds_and_tells_and_comes_again(organization, member, monkeypatch) -> None:
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    member("Olivia")
    an_account("Ann", 20)
    running()
    plan_alerts_task()
    plan_alerts()
    assert Work.objects.filter(kind__in=[READ, FIND]).count() == 2
    pump(Lane.BULK)
    pump(Lane.BULK)
    assert heard() == [("Olivia", "below_plan"), ("Olivia", "ending")]
    due = Work.objects.get(kind=FIND).due_at - timezone.now()
    assert timedelta(hours=5) < due <= finding.EVERY


def test_alerts_are_forgotten_after_three_months(organization, member, monkeypatch) -> None:
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    member("Olivia")
    for name in ("Ann", "Bo", "Cy"):
        an_account(name, 20)
        find_endings()
    heard()
    Alert.objects.update(created_at=timezone.now() - timedelta(days=89))
    assert forget_old() is False
    assert Alert.objects.count() == 3
    Alert.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert forget_old() is True
    assert forget_old() is False
    assert not Alert.objects.exists()
