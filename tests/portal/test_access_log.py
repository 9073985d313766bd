"""The access log tells a creator who read their data, what and when, and names no member."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Participant
from campaigns.services.report import report_url, share_report
from crm.enums import AccessKind
from crm.models import AccessEntry, Influencer, SocialAccount
from crm.services.access import recording
from crm.services.access.recording import note_access
from portal.access_log import access_page
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.organizations import create_api_key
from tests.branding import a_member
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign, a_participant
from tests.portal.test_dashboard import signed_in, text

pytestmark = pytest.mark.django_db
URL = "/me/data/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_noted", set())


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def campaign(oak: Organization, maya: User) -> Campaign:
    """A campaign in which Maya takes part."""
    with organization_scope(oak):
        made = a_campaign()
        account = a_participant(made, "maya.bakes")
        account.influencer = Influencer.objects.get(person=maya)
        account.save()
        return made


def entries() -> list[tuple[str, str, int | None]]:
    rows = AccessEntry.objects.order_by("pk")
    return list(rows.values_list("kind", "role", "influencer"))


def test_nobody_has_read_anything_yet(maya: User) -> None:
    assert "Nobody has read your data yet." in text(signed_in(maya).get(URL))


def test_an_opened_profile_is_noted_once_a_day_for_each_role(oak, maya, committed) -> None:
    with organization_scope(oak):
        pk = Influencer.objects.get(person=maya).pk
    page = reverse("crm:influencer", args=["oak", pk])
    manager, viewer = a_member(oak, Role.MANAGER), a_member(oak, Role.VIEWER)
    for member in (manager, manager, viewer):
        with committed():
            assert signed_in(member).get(page).status_code == 200
    with organization_scope(oak):
        assert entries() == [("profile", "manager", pk), ("profile", "viewer", pk)]
    log = text(signed_in(maya).get(URL))
    assert "Oak · A manager Opened your profile and your numbers" in log
    assert "Oak · A viewer Opened your profile" in log


def test_a_second_process_writes_no_second_row(oak, maya, committed) -> None:
    with organization_scope(oak):
        for _ in range(2):
            recording._noted.clear()
            with committed():
                note_access(AccessKind.API_LIST)
        assert entries() == [("api_list", "", None)]


def test_a_process_forgets_what_it_noted_when_that_is_too_much(oak, monkeypatch, committed) -> None:
    monkeypatch.setattr(recording, "MOST_REMEMBERED", 1)
    with organization_scope(oak):
        for kind in (AccessKind.API_LIST, AccessKind.PROFILE):
            with committed():
                note_access(kind)
        assert len(recording._noted) == 1


def test_old_entries_go(oak, committed) -> None:
    with organization_scope(oak):
        old = timezone.now() - timedelta(days=731)
        AccessEntry.objects.create(kind=AccessKind.API_LIST, day=old.date(), at=old)
        with committed():
            note_access(AccessKind.PROFILE)
        assert [kind for kind, *_ in entries()] == ["profile"]


def test_what_a_program_reads_is_noted(oak, maya, committed) -> None:
    owner = a_member(oak, Role.OWNER)
    _, key = create_api_key(oak, "k", scopes=["read"], actor=owner)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    with organization_scope(oak):
        pk = Influencer.objects.get(person=maya).pk
    for path in ("influencers/", f"influencers/{pk}/", "posts/", "campaigns/", "influencers/0/"):
        with committed():
            client.get(f"/api/v1/{path}")
    with organization_scope(oak):
        assert entries() == [("api_list", "", None), ("api", "", pk)]
    log = text(signed_in(maya).get(URL))
    assert "A program of theirs Read your profile or your numbers" in log
    assert "A program of theirs Read lists or single rows in which you may stand" in log


def test_reports_with_my_work_are_told_with_their_brand(oak, maya, campaign, committed) -> None:
    owner = a_member(oak, Role.OWNER)
    with organization_scope(oak):
        link = report_url(share_report(campaign, actor=owner, expires_on=None, password=None))
    with committed():
        signed_in(owner).get(reverse("campaigns:report", args=["oak", campaign.pk]))
    with committed():
        Client(headers={"User-Agent": CHROME}).get(link)
    log = text(signed_in(maya).get(URL))
    assert "Oak · An owner Opened the report with your work for Northwind" in log
    assert "Oak · A client, by a link Opened the report with your work for Northwind" in log


def read_and_exported(campaign: Campaign, owner: User, days: int) -> None:
    """The report is opened and taken out now; `days`: one read a day is kept."""
    now = timezone.now()
    day = now.date() + timedelta(days=days)
    AccessEntry.objects.create(
        kind=AccessKind.REPORT, role=Role.OWNER, campaign_id=campaign.pk, day=day, at=now
    )
    record(Verb.POSTS_EXPORTED, campaign, actor=owner, post_count=2)


def test_only_reads_while_they_took_part_are_told_and_these_for_good(oak, maya, campaign) -> None:
    owner = a_member(oak, Role.OWNER)
    with organization_scope(oak):
        account = SocialAccount.objects.get(handle="maya.bakes")
        Participant.objects.all().delete()
        shown = []
        for days, step in enumerate((None, "added", "added", "removed", "added")):
            if step:
                verb = Verb[f"PARTICIPANT_{step.upper()}"]
                record(verb, account, actor=owner, campaign=campaign.pk)
            read_and_exported(campaign, owner, days)
            latest = AccessEntry.objects.latest("pk").at, Event.objects.latest("pk").at
            shown += latest if step == "added" else ()
        Participant.objects.create(campaign=campaign, account=account)
    assert [line.at for line in access_page(maya).lines] == sorted(shown, reverse=True)


def test_a_removal_without_an_addition_ends_what_began_at_first(oak, maya, campaign) -> None:
    owner = a_member(oak, Role.OWNER)
    with organization_scope(oak):
        account = SocialAccount.objects.get(handle="maya.bakes")
        Participant.objects.all().delete()
        read_and_exported(campaign, owner, 0)
        shown = AccessEntry.objects.latest("pk").at, Event.objects.latest("pk").at
        record(Verb.PARTICIPANT_REMOVED, account, actor=owner, campaign=campaign.pk)
        read_and_exported(campaign, owner, 1)
    assert [line.at for line in access_page(maya).lines] == sorted(shown, reverse=True)


def test_exports_are_read_from_the_events(oak, maya, campaign) -> None:
    admin, gone = a_member(oak, Role.ADMIN), a_member(oak, Role.MANAGER)
    with organization_scope(oak):
        record(Verb.INFLUENCERS_EXPORTED, oak, actor=admin, influencer_count=2)
        record(Verb.POSTS_EXPORTED, campaign, actor=gone, post_count=2)
    gone.memberships.all().delete()
    log = text(signed_in(maya).get(URL))
    assert "Oak · An administrator Exported a list of creators in which you may stand" in log
    assert "Oak · A former member Exported the numbers of a campaign with your work for Northwind" in log  # fmt: skip


def test_nothing_of_others_and_nothing_from_before_is_told(oak, maya) -> None:
    elm = an_organization("Elm")
    now = timezone.now()
    with organization_scope(oak):
        tom = Influencer.objects.create(name="Tom")
        for fields in ({"influencer": tom}, {"campaign_id": 7}, {"at": now - timedelta(days=9)}):
            values = {"kind": AccessKind.PROFILE, "role": Role.VIEWER, "day": now.date(), "at": now}
            AccessEntry.objects.create(**{**values, **fields})
    with organization_scope(elm):
        AccessEntry.objects.create(kind=AccessKind.API_LIST, day=now.date(), at=now)
    assert "Nobody has read your data yet." in text(signed_in(maya).get(URL))


def test_older_entries_stand_on_further_pages(oak: Organization, maya: User) -> None:
    now = timezone.now()
    with organization_scope(oak):
        mine = Influencer.objects.get(person=maya)
        Influencer.objects.update(created_at=now - timedelta(days=99))
        for days in range(25):
            at = now - timedelta(days=days)
            AccessEntry.objects.create(influencer=mine, kind=AccessKind.PROFILE, role=Role.OWNER, day=at.date(), at=at)  # fmt: skip
    client = signed_in(maya)
    first = client.get(URL)
    assert text(first).count("Opened your profile") == 20
    second = client.get(URL, {"before": first.context["page"].before})
    assert text(second).count("Opened your profile") == 5
    assert "Show older entries" not in text(second)
    assert "There are no older entries." in text(client.get(URL, {"before": "2020-01-01T00:00Z"}))
    assert text(client.get(URL, {"before": "rubbish"})).count("Opened your profile") == 20


def test_lines_of_one_moment_are_not_lost_between_pages(
    oak: Organization, maya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.now()
    with organization_scope(oak):
        mine = Influencer.objects.get(person=maya)
        Influencer.objects.update(created_at=at - timedelta(days=99))
        for days in range(25):
            day = (at - timedelta(days=days)).date()
            AccessEntry.objects.create(influencer=mine, kind=AccessKind.PROFILE, role=Role.OWNER, day=day, at=at)  # fmt: skip
        with monkeypatch.context() as still:
            still.setattr(timezone, "now", lambda: at)
            for _ in range(22):
                record(Verb.INFLUENCERS_EXPORTED, oak, actor=None, influencer_count=2)
    client, before, seen = signed_in(maya), "", []
    for _ in range(3):
        page = client.get(URL, {"before": before}).context["page"]
        seen += [line.place for line in page.lines]
        before = page.before
    assert (len(seen), len(set(seen)), before) == (47, 47, "")
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "before",
    [
        "9999-12-31T23:59:59-23:59",
        "2026-13-01T00:00:00+00:00",
        "2026-01-01T00:00:00",
        "rubbish~1-1",
        "2026-01-01T00:00Z~9",
        "~",
    ],
)
def test_what_is_no_place_in_the_log_is_no_limit(oak, maya, committed, before: str) -> None:
    with organization_scope(oak), committed():
        note_access(AccessKind.API_LIST)
    answer = signed_in(maya).get(URL, {"before": before})
    assert answer.status_code == 200
    assert "Read lists or single rows" in text(answer)
