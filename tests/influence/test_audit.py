"""The audit log: newest first, filtered by its address, exported in scope, and silent about what was erased."""

from __future__ import annotations

import csv
from datetime import UTC

import pytest
from django.test import Client

from tenancy.enums import Role, Verb
from tenancy.models import Event, EventText, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tenancy.services.organizations import add_member
from tests.crm.conftest import queries_in
from tests.influence.test_api_keys import signed_in
from ui.csv_rows import harmless

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/audit/"


@pytest.fixture
def admin(elm: Organization) -> Client:
    return signed_in(elm, Role.ADMIN)


def happened(
    organization: Organization, verb: Verb, actor: User | None = None, **texts: str
) -> Event:
    with organization_scope(organization):
        return record(verb, organization, actor=actor, texts=texts)


def shown(client: Client, **query: str) -> list[str]:
    return [event.verb for event in client.get(PAGE, query).context["page"].rows]


def exported(client: Client, **query: str) -> list[list[str]]:
    answer = client.get(f"{PAGE}export/", query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_events_stand_newest_first_with_who_did_what(admin: Client, elm: Organization) -> None:
    olivia = User.objects.create_user("olivia@elm.example", name="Olivia Park")
    happened(elm, Verb.ORGANIZATION_RENAMED, olivia, reason="New brand")
    assert shown(admin) == ["organization.renamed", "membership.set"]
    page = admin.get(PAGE).content.decode()
    for word in ("Olivia Park", "Organization renamed", "New brand", "The system"):
        assert word in page


def test_each_filter_narrows_and_stands_in_the_address(admin: Client, elm: Organization) -> None:
    olivia = User.objects.create_user("olivia@elm.example", name="Olivia Park")
    add_member(elm, olivia, role=Role.OWNER, actor=olivia)
    renamed = happened(elm, Verb.ORGANIZATION_RENAMED, olivia)
    assert shown(admin, subject="organization") == ["organization.renamed"]
    assert shown(admin, actor=str(olivia.pk)) == ["organization.renamed", "membership.set"]
    assert shown(admin, object=f"tenancy.organization:{elm.pk}") == ["organization.renamed"]
    day = renamed.at.date().isoformat()
    assert len(shown(admin, since=day, until=day)) == 3
    assert shown(admin, since="2031-01-01") == shown(admin, until="2020-01-01") == []
    assert "No event matches" in admin.get(PAGE, {"until": "2020-01-01"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"subject": "x"}, {"actor": "x"}, {"object": "x"}, {"since": "x"}, {"until": "9999-12-31"}],
)
def test_a_filter_that_says_nothing_filters_nothing(admin: Client, query: dict[str, str]) -> None:
    assert shown(admin, **query) == ["membership.set"]


def test_a_person_of_another_organization_has_done_nothing_here(
    admin: Client, oak: Organization
) -> None:
    stranger = User.objects.create_user("stranger@oak.example")
    add_member(oak, stranger, role=Role.OWNER, actor=stranger)
    assert shown(admin, actor=str(stranger.pk)) == []
    assert "stranger" not in admin.get(PAGE, {"actor": stranger.pk}).content.decode()


def test_who_left_is_still_found_by_the_link_at_their_name(
    admin: Client, elm: Organization
) -> None:
    gone = User.objects.create_user("gone@elm.example", name="Gone")
    happened(elm, Verb.ORGANIZATION_RENAMED, gone)
    assert shown(admin, actor=str(gone.pk)) == ["organization.renamed"]


def test_the_export_holds_what_the_filter_shows_and_runs_nothing(
    admin: Client, elm: Organization, oak: Organization
) -> None:
    happened(oak, Verb.ORGANIZATION_RENAMED)
    evil = User.objects.create_user("+evil@elm.example")
    event = happened(elm, Verb.ORGANIZATION_RENAMED, evil, reason="=HYPERLINK(1)")
    head, row = exported(admin, subject="organization")
    assert head[:4] == ["Time (UTC)", "Verb", "What", "Who"]
    assert row == [
        event.at.astimezone(UTC).isoformat(timespec="seconds"),
        "organization.renamed",
        "Organization renamed",
        "'+evil@elm.example",
        "tenancy.organization",
        str(elm.pk),
        "Elm",
        "'=HYPERLINK(1)",
        "",
    ]
    assert len(exported(admin)) == 3


def test_details_are_exported_with_their_names(admin: Client) -> None:
    assert exported(admin)[1][-1] == "role: admin"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\r=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("a=1") == "a=1"


def test_erased_texts_say_so(admin: Client, elm: Organization) -> None:
    event = happened(elm, Verb.ORGANIZATION_RENAMED, reason="Maya")
    deleted = happened(elm, Verb.ORGANIZATION_RENAMED, reason="Maya")
    with organization_scope(elm):
        EventText.objects.filter(event=event).update(label="", detail={})
        EventText.objects.filter(event=deleted).delete()
    page = admin.get(PAGE, {"subject": "organization"}).content.decode()
    assert page.count("Texts erased") == page.count("Name erased") == 2
    assert "Maya" not in page
    assert [row[6] for row in exported(admin, subject="organization")[1:]] == ["Erased", "Erased"]


def test_a_deleted_person_is_not_taken_for_the_system(admin: Client, elm: Organization) -> None:
    gone = User.objects.create_user("gone@elm.example", name="Gone")
    happened(elm, Verb.ORGANIZATION_RENAMED, gone)
    gone.delete()
    assert "Deleted person" in admin.get(PAGE).content.decode()


def test_names_are_isolated(admin: Client, elm: Organization) -> None:
    person = User.objects.create_user("maya@elm.example", name="مايا")
    happened(elm, Verb.ORGANIZATION_RENAMED, person)
    assert "\u2068مايا\u2069" in admin.get(PAGE).content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_read_events_sees_no_log(elm: Organization, role: Role) -> None:
    client = signed_in(elm, role)
    assert client.get(PAGE).status_code == client.get(f"{PAGE}export/").status_code == 403


def test_the_log_is_paged_within_its_budget_of_queries(admin: Client, elm: Organization) -> None:
    for _ in range(60):
        happened(elm, Verb.ORGANIZATION_RENAMED)
    first = admin.get(PAGE).context["page"]
    second = admin.get(PAGE, {"cursor": first.next_cursor}).context["page"]
    assert (len(first.rows), len(second.rows), second.next_cursor) == (50, 11, None)
    assert queries_in(admin, PAGE) <= 8
