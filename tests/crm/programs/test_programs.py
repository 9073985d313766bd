"""Programs as staff make, change, open and close them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.models import Program
from crm.services.collections.tags import create_tag
from crm.services.groups import create_group, delete_group
from tenancy.enums import Role
from tenancy.models import GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_verbs, queries_in
from tests.factories.programs import a_program, a_question, an_application
from tests.submitting import fresh, submit

pytestmark = pytest.mark.django_db
PAGE = "/o/oak/programs/"
GIVEN: dict[str, Any] = {
    "name": "Spring bakers",
    "key": "spring-bakers",
    "group": "",
    "brand": "Oakmill",
    "story": "We look for bakers.",
    "language": "en",
    "least_followers": "5000",
    "countries": ["DE", "AT"],
    "least_views": "",
    "file_question": "Photo",
    "consent_text": "You are 18.",
    "capacity": "40",
    "closes_on": "2026-12-20",
    "tag": "",
    "contract_title": "",
    "contract_text": "",
}


def programs_of(oak: Organization) -> list[Program]:
    with organization_scope(oak):
        return list(Program.objects.order_by("pk"))


def limited(oak: Organization, group: Any) -> Client:
    """A manager who sees one group alone."""
    person = User.objects.create_user("lim@oak.example", "secret")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        GroupMember.objects.create(group=group, user=person)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_manager_makes_a_program_once(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        field, tag = a_question("What do you bake?"), create_tag("Baker", actor=None)
        group = create_group("Bread", "bread", actor=None)
    chosen = {"questions": [field.pk], "tag": tag.pk, "group": group.pk}
    sent = {**GIVEN, **chosen, **fresh()}
    for _ in range(2):
        manager.post(f"{PAGE}add/", sent)
    (program,) = programs_of(oak)
    assert (program.key, program.capacity, program.countries) == ("spring-bakers", 40, ["DE", "AT"])
    assert (program.tag_id, program.group_id, program.is_open) == (tag.pk, group.pk, False)
    with organization_scope(oak):
        assert [each.field for each in program.questions.all()] == [field]
        assert crm_verbs().count("program.created") == 1
    seen = manager.get(PAGE).content.decode()
    assert "Spring bakers" in seen
    assert "0 of 40" in seen


def test_the_first_page_says_what_programs_are(manager: Client, viewer: Client) -> None:
    assert "No programs yet" in manager.get(PAGE).content.decode()
    assert "New program" not in viewer.get(PAGE).content.decode()
    assert viewer.get(f"{PAGE}add/").status_code == 403
    assert "Keys" in manager.get(f"{PAGE}add/").content.decode()


def test_a_key_is_taken_whoever_sees_its_program(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        bread = create_group("Bread", "bread", actor=None)
        cake = create_group("Cake", "cake", actor=None)
        a_program(group=cake)
    given = {**GIVEN, "group": bread.pk, **fresh()}
    answer = limited(oak, bread).post(f"{PAGE}add/", given)
    assert "Another program has the key “spring-bakers” already." in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Give the program a name."),
        ({"key": "two words"}, "Use letters, digits and hyphens"),
        ({"story": ""}, "Say what the program is about."),
        ({"contract_title": "Terms"}, "Write the contract, or empty its title."),
        ({"contract_text": "Two films."}, "Give the contract a title, or empty its text."),
    ],
)
def test_what_is_wrong_is_said_and_stays(manager: Client, given: Any, said: str) -> None:
    answer = manager.post(f"{PAGE}add/", {**GIVEN, "brand": "Oakmill", **given, **fresh()})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Oakmill" in answer.content.decode()


def test_a_program_is_changed_and_an_unchanged_one_is_not(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        field, other = a_question("What?"), a_question("How?")
        program = a_program(field, contract_title="Terms", contract_text="Two films.")
    page = f"{PAGE}{program.pk}/settings/"
    stored = {**GIVEN, "contract_title": "Terms", "contract_text": "Two films."}
    submit(manager, page, {**stored, "name": "Autumn bakers", "questions": [other.pk]})
    (changed,) = programs_of(oak)
    assert (changed.name, changed.key) == ("Autumn bakers", "spring-bakers")
    with organization_scope(oak):
        assert [each.field for each in changed.questions.all()] == [other]
    submit(manager, page, {**stored, "name": "Autumn bakers", "questions": [other.pk]})
    submit(manager, page, {**stored, "name": "", "questions": []})
    with organization_scope(oak):
        assert crm_verbs().count("program.changed") == 1


def test_opening_and_closing_are_undone_unless_overtaken(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        program = a_program(is_open=False)
    switch = f"{PAGE}{program.pk}/switch/"
    opened = manager.post(switch, {"open": "1"}, follow=True)
    assert "takes applications now." in opened.content.decode()
    assert programs_of(oak)[0].is_open
    manager.post(switch, {"open": "1"})
    manager.post(switch, {"close": "1"})
    assert not programs_of(oak)[0].is_open
    manager.post(switch, {"open": "1", "of": "1"})
    assert not programs_of(oak)[0].is_open
    with organization_scope(oak):
        found = [verb for verb in crm_verbs() if verb in {"program.opened", "program.closed"}]
    assert found == ["program.opened", "program.closed"]


def test_a_member_of_a_group_sees_its_programs_alone(oak: Organization) -> None:
    with organization_scope(oak):
        bread = create_group("Bread", "bread", actor=None)
        mine = a_program(key="mine", name="Mine", group=bread)
        other = a_program(key="other", name="Everybody")
        theirs = an_application(other)
    client = limited(oak, bread)
    seen = client.get(PAGE).content.decode()
    assert ("Mine" in seen, "Everybody" in seen) == (True, False)
    assert client.get(f"{PAGE}{mine.pk}/").status_code == 200
    assert client.get(f"{PAGE}{other.pk}/").status_code == 404
    assert client.post(f"/o/oak/applications/{theirs.pk}/vote/").status_code == 404
    assert "The whole organization" not in client.get(f"{PAGE}add/").content.decode()


def test_a_member_of_a_group_makes_and_moves_programs_within_their_groups_alone(
    oak: Organization,
) -> None:
    with organization_scope(oak):
        bread = create_group("Bread", "bread", actor=None)
        cake = create_group("Cake", "cake", actor=None)
        mine = a_program(key="mine", group=bread)
    client = limited(oak, bread)
    for group, said in (("", "Choose one of your groups."), (cake.pk, "Select a valid choice")):
        for page, new in ((f"{PAGE}add/", fresh()), (f"{PAGE}{mine.pk}/settings/", {})):
            answer = client.post(page, {**GIVEN, "group": group, **new})
            assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert [each.group_id for each in programs_of(oak)] == [bread.pk]


def test_a_deleted_group_leaves_its_program_to_the_organization(oak: Organization) -> None:
    with organization_scope(oak):
        bread = create_group("Bread", "bread", actor=None)
        a_program(group=bread)
        delete_group(bread, is_moving=False, move_to=None, actor=None)
    assert programs_of(oak)[0].group_id is None


def test_a_list_of_programs_costs_the_same_at_one_and_at_three(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        a_program(key="a")
    one = queries_in(manager, PAGE)
    with organization_scope(oak):
        for key in "bc":
            an_application(a_program(key=key), f"mira.{key}")
    assert queries_in(manager, PAGE) == one
