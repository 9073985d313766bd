"""The way through an import in a browser."""

from __future__ import annotations

import re
from datetime import UTC

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Import, ImportMapping, Influencer
from jobs.enums import Lane
from jobs.services.jobs import RIGHTS_LOST
from tenancy.enums import Role
from tenancy.models import Membership, Organization
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.imports.conftest import finish, upload
from tests.submitting import fresh
from tests.working import pump

pytestmark = pytest.mark.django_db
START = "/o/oak/influencers/import/"
ROSTER = "Name;Mail;Land\nMaya;maya@example.com;AT\nOle;nobody;DE\nMaya F;maya@example.com;AT\n"


def choose(client: Client, content: str = ROSTER) -> str:
    """Upload a file and let it be read; the address of its page."""
    answer = client.post(START, {**fresh(), "file": upload(content)})
    assert answer.status_code == 302, answer.content.decode()
    finish()
    return answer["Location"]


def test_a_file_that_is_sent_twice_is_one_import(oak: Organization, manager: Client) -> None:
    sent = fresh()
    answers = [manager.post(START, {**sent, "file": upload(ROSTER)}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    with organization_scope(oak):
        assert Import.objects.count() == 1


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_is_chosen_previewed_written_and_rolled_back(
    oak: Organization, manager: Client
) -> None:
    address = choose(manager)
    shown = page(manager, address)
    assert "Import 1 row" in shown
    assert "is no e-mail address." in shown
    assert "The same person as in row 2" in shown
    with organization_scope(oak):
        assert not Influencer.objects.exists()
    manager.post(f"{address}begin/", {"version": 1})
    finish()
    assert "1 row imported" in page(manager, address)
    with organization_scope(oak):
        assert [each.name for each in Influencer.objects.all()] == ["Maya"]
    manager.post(f"{address}check/")
    finish()
    assert "Nothing has changed since the import" in page(manager, address)
    manager.post(f"{address}roll-back/")
    finish()
    assert "The import is rolled back." in page(manager, address)
    activity = page(manager, "/o/oak/activity/")
    assert activity.count(f'<a href="{address}">roster.csv</a>') == 4
    assert "1 added" in activity
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_imported_numbers_of_an_account_are_shown_with_source_and_time(
    oak: Organization, manager: Client
) -> None:
    address = choose(
        manager, "Name,Instagram,Instagram followers,IG engagement rate\nMaya,maya,1.2M,1.39%\n"
    )
    manager.post(f"{address}begin/", {"version": 1})
    finish()
    with organization_scope(oak):
        shown = page(manager, f"/o/oak/influencers/{Influencer.objects.get().pk}/")
    assert "1.2M" in shown
    assert "1.39\N{NO-BREAK SPACE}%" in shown
    assert "Import · <time" in shown


@pytest.mark.parametrize("fate", ["", "new", "error"])
def test_a_page_of_the_preview_costs_eight_queries_at_most_whatever_its_size(
    oak: Organization, manager: Client, fate: str
) -> None:
    rows = "".join(f"N{n},n{n}@example.com,AT\n" for n in range(120))
    address = choose(manager, f"Name,Mail,Land\n{rows}Ole,nobody,\n")
    assert (
        queries_in(manager, f"{address}?fate={fate}") <= 8 + 4
    )  # sign-in and membership are four of every page


def test_the_columns_are_chosen_on_the_page_and_the_preview_follows(
    oak: Organization, manager: Client
) -> None:
    address = choose(manager, "Who,Where\nMaya,AT\n")
    assert "Choose the column that holds the name" in page(manager, address)
    manager.post(
        f"{address}columns/", {"field-0": "name", "field-1": "country", "policy-1": "overwrite"}
    )
    finish()
    assert "Import 1 row" in page(manager, address)
    with organization_scope(oak):
        assert ImportMapping.objects.count() == 0  # remembered once it is used
        assert [c["policy"] for c in Import.objects.get().columns] == ["fill_empty", "overwrite"]


def test_a_file_that_cannot_be_read_says_so_on_the_form(oak: Organization, manager: Client) -> None:
    answer = manager.post(START, {**fresh(), "file": upload(b"\x89PNG\r\n\x1a\n\0\0")})
    assert answer.status_code == 422
    assert "neither a workbook" in answer.content.decode()


# --- what is not over ---
ROWS = "".join(f"N{n},n{n}@example.com\n" for n in range(5))


def written(client: Client, content: str = f"Name,E-mail\n{ROWS}") -> str:
    address = choose(client, content)
    client.post(f"{address}begin/", {"version": 1})
    finish()
    return address


def cancelled_after_a_slice(client: Client, address: str, act: str) -> None:
    """Begin this act, and cancel its job after the first slice."""
    client.post(f"{address}{act}/")
    pump(Lane.BULK)
    client.post(f"{address}cancel/")
    finish()


def test_a_roll_back_that_was_cancelled_says_so_and_goes_on(
    oak: Organization, manager: Client, monkeypatch
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TAKEN_ROWS", 2)
    address = written(manager)
    cancelled_after_a_slice(manager, address, "roll-back")
    shown = page(manager, address)
    assert "The import is rolled back." not in shown
    assert "The roll-back stopped after 2 of 5 rows." in shown
    assert "2 creators removed" in shown
    assert "This import cannot be rolled back now" not in shown
    with organization_scope(oak):
        assert Influencer.objects.count() == 3
    assert "Continue roll-back" in shown
    manager.post(f"{address}roll-back/")
    finish()
    shown = page(manager, address)
    assert "The import is rolled back." in shown
    assert "5 creators removed" in shown
    with organization_scope(oak):
        assert not Influencer.objects.exists()
    again = manager.post(f"{address}roll-back/", follow=True).content.decode()
    assert "This import is rolled back already." in again


def test_a_check_that_was_cancelled_says_nothing_about_what_changed(
    oak: Organization, manager: Client, monkeypatch
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TAKEN_ROWS", 2)
    address = written(manager)
    cancelled_after_a_slice(manager, address, "check")
    shown = page(manager, address)
    assert "Nothing has changed since the import" not in shown
    assert "The check stopped after 2 of 5 rows" in shown
    with organization_scope(oak):
        Influencer.objects.get(name="N4").delete()
    manager.post(f"{address}check/")
    finish()
    shown = page(manager, address)
    assert "Nothing has changed since the import" in shown
    assert "4 creators will be removed" in shown


def test_only_the_preview_that_was_seen_is_imported(oak: Organization, manager: Client) -> None:
    address = choose(manager, "Name,Where\nMaya,Graz\n")
    seen = page(manager, address)
    assert '<input type="hidden" name="version" value="1">' in seen
    manager.post(f"{address}columns/", {"field-0": "name", "field-1": "city"})
    finish()
    for sent in ({"version": 1}, {}):
        answer = manager.post(f"{address}begin/", sent, follow=True)
        assert "Since you saw the preview it was made anew" in answer.content.decode()
    with organization_scope(oak):
        assert Import.objects.get().stage == "preview"
    manager.post(f"{address}begin/", {"version": 2})
    finish()
    with organization_scope(oak):
        assert Influencer.objects.get().city == "Graz"


def test_who_may_import_no_more_imports_no_more(
    oak: Organization, manager: Client, monkeypatch
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.WRITTEN_ROWS", 2)
    address = choose(manager, f"Name,E-mail\n{ROWS}")
    manager.post(f"{address}begin/", {"version": 1})
    pump(Lane.BULK)
    Membership.objects.filter(organization=oak).update(role=Role.VIEWER)
    finish()
    with organization_scope(oak):
        assert Influencer.objects.count() == 2
        job = Import.objects.select_related("job").get().job
        assert (job.state, job.problem) == ("failed", RIGHTS_LOST)


def test_those_whom_an_import_has_written_are_one_filter_away(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Tom", email="tom@example.com")
        Influencer.objects.create(name="Zoe", email="zoe@example.com")
    address = choose(manager, f"{ROSTER}Tom;tom@example.com;CH\nZoe;zoe@example.com;\n")
    assert "?f=import:" not in page(manager, address)
    manager.post(f"{address}begin/", {"version": 1})
    finish()
    (pk,) = re.findall(r'href="/o/oak/influencers/\?f=import:(\d+)"', page(manager, address))
    shown = page(manager, f"/o/oak/influencers/?f=import:{pk}")
    assert re.findall(r'aria-label="Select \W?(\w+)', shown)[1:] == ["Maya", "Tom"]
    day = timezone.now().astimezone(UTC).date()
    assert f"roster.csv · {day}" in shown
    assert f"roster.csv · {day}" in page(manager, "/o/oak/influencers/filter/?field=import")
    for step in ("check", "roll-back"):
        manager.post(f"{address}{step}/")
        finish()
    assert "No creator matches all filters." in page(manager, f"/o/oak/influencers/?f=import:{pk}")


def test_whom_an_import_has_only_asked_tiktok_about_is_not_one_of_its_creators(
    oak: Organization, manager: Client, tiktok
) -> None:
    with organization_scope(oak):
        for name in ("Maya", "Noa"):
            Influencer.objects.create(name=name, email=f"{name.lower()}@example.com")
    handles = "maya@example.com,@maya.bakes\nnoa@example.com,@noa.winter\n"
    address = choose(manager, f"E-mail,TikTok\n{handles}")
    manager.post(f"{address}begin/", {"version": 1})
    finish()
    pk = address.rstrip("/").rpartition("/")[2]
    with organization_scope(oak):
        assert {row.fate for row in Import.objects.get().rows.exclude(written_at=None)} == {
            "unchanged"
        }
    shown = page(manager, f"/o/oak/influencers/?f=import:{pk}")
    assert re.findall(r'aria-label="Select \W?(\w+)', shown)[1:] == ["Maya"]


def test_who_sees_some_groups_only_filters_by_no_import(oak: Organization, manager: Client) -> None:
    address = choose(manager)
    manager.post(f"{address}begin/", {"version": 1})
    finish()
    pk = address.rstrip("/").rpartition("/")[2]
    Membership.objects.filter(organization=oak, role=Role.MANAGER).update(is_limited=True)
    assert "names something that is not here any more" in page(
        manager, f"/o/oak/influencers/?f=import:{pk}"
    )
    shown = page(manager, "/o/oak/influencers/filter/?field=import")
    assert "Nothing to choose from yet." in shown
