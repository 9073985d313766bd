"""Mail templates in the settings."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from crm.models import MailTemplate
from crm.services.mailings.templates import create_template
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_verbs, queries_in
from tests.submitting import fresh
from tests.ui.test_editing import version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]
PAGE = "/o/oak/settings/mail-templates/"
TEXTS = {"name": "News", "subject": "For {{ influencer }}", "body": "{{ salutation }},\r\nhello."}


def edited(client: Client, url: str, **changes: str) -> HttpResponse:
    """Send the form of a template as its page has just shown it, with these changes."""
    return client.post(url, TEXTS | changes | {"version": version(client.get(url))})


def the_template() -> MailTemplate:
    return MailTemplate.objects.get()


def test_a_template_is_added_changed_and_deleted(manager: Client) -> None:
    assert "No mail templates yet" in manager.get(PAGE).content.decode()
    assert "{{ display_name }}" in manager.get(f"{PAGE}add/").content.decode()
    manager.post(f"{PAGE}add/", TEXTS | fresh())
    template = the_template()
    assert (template.name, template.subject) == ("News", "For {{ influencer }}")
    assert template.body == "{{ salutation }},\nhello."
    url = f"{PAGE}{template.pk}/"
    assert "For {{ influencer }}" in manager.get(url).content.decode()
    edited(manager, url, name="Offers")
    assert the_template().name == "Offers"
    assert "stay as they are" in manager.get(f"{url}delete/").content.decode()
    page = manager.post(f"{url}delete/", follow=True).content.decode()
    assert "The template “Offers” is deleted." in page
    assert not MailTemplate.objects.exists()
    assert crm_verbs() == [
        "mail_template.created", "mail_template.changed", "mail_template.deleted",
    ]  # fmt: skip


def test_a_deleted_template_comes_back_unless_its_name_is_taken(
    manager: Client, owner: User
) -> None:
    template = create_template("Offers", subject="Hello", body="Text", actor=owner)
    page = manager.post(f"{PAGE}{template.pk}/delete/", follow=True).content.decode()
    undo = re.search(r'action="([^"]+/restore/)"', page)
    assert undo
    create_template("Offers", subject="Another", body="Text", actor=owner)
    assert "Offers" in manager.post(undo[1], follow=True).content.decode()
    assert the_template().subject == "Another"
    MailTemplate.objects.update(name="Others")
    assert "It is back." in manager.post(undo[1], follow=True).content.decode()
    back = MailTemplate.objects.get(name="Offers")
    assert (back.pk, back.subject, back.body) == (template.pk, "Hello", "Text")
    assert crm_verbs()[-1] == "mail_template.restored"
    assert "It is back." not in manager.post(undo[1], follow=True).content.decode()
    assert MailTemplate.objects.count() == 2


def test_wrong_fields_names_that_are_taken_and_invisible_ones_are_refused(
    manager: Client, owner: User
) -> None:
    create_template("Offers", subject="x", body="x", actor=owner)
    for wrong, said in (
        ({"subject": "{{ x }}"}, "Line 1, character 1: there is no field “x”."),
        ({"body": "a\r\n{{ x"}, "Line 2, character 1: “{{” is not a whole field."),
        ({"name": "Offers"}, "There is one named Offers already."),
        ({"name": "\u200b\u2060"}, "Enter a name that can be seen"),
        ({"name": ""}, "Give the template a name."),
        ({"body": ""}, "Write something first."),
    ):
        answer = manager.post(f"{PAGE}add/", TEXTS | wrong | fresh())
        assert answer.status_code == 422
        assert said in answer.content.decode(), wrong
    assert MailTemplate.objects.count() == 1
    other = create_template("News", subject="x", body="x", actor=owner)
    answer = edited(manager, f"{PAGE}{other.pk}/", name="Offers")
    assert (answer.status_code, answer.content.decode().count("There is one named")) == (422, 1)


def test_of_two_who_edit_a_template_the_second_sees_what_the_first_saved(
    manager: Client, owner: User
) -> None:
    template = create_template("News", subject="One", body="x", actor=owner)
    url = f"{PAGE}{template.pk}/"
    seen = version(manager.get(url))
    mine = {"name": "News", "subject": "Mine", "body": "x", "version": seen}
    MailTemplate.objects.update(subject="Theirs")
    answer = manager.post(url, mine)
    assert answer.status_code == 422
    assert "Somebody else has changed this meanwhile" in answer.content.decode()
    assert the_template().subject == "Theirs"
    manager.post(url, mine | {"keep_subject": "theirs"})
    assert the_template().subject == "Theirs"


def test_a_viewer_sees_templates_and_changes_none(viewer: Client, owner: User) -> None:
    template = create_template("News", subject="One", body="x", actor=owner)
    page = viewer.get(PAGE).content.decode()
    assert "News" in page
    assert "Add template" not in page
    for url in (f"{PAGE}add/", f"{PAGE}{template.pk}/", f"{PAGE}{template.pk}/delete/"):
        assert viewer.post(url, TEXTS).status_code == 403


def test_another_organization_has_templates_of_its_own(elm: Organization, manager: Client) -> None:
    with organization_scope(elm):
        template = create_template("News", subject="Foreign", body="x", actor=None)
    assert "Foreign" not in manager.get(PAGE).content.decode()
    assert manager.get(f"{PAGE}{template.pk}/").status_code == 404


def test_a_list_of_templates_costs_the_same_however_many_there_are(
    manager: Client, owner: User
) -> None:
    create_template("A", subject="x", body="x", actor=owner)
    before = queries_in(manager, PAGE)
    for name in "BC":
        create_template(name, subject="x", body="x", actor=owner)
    assert queries_in(manager, PAGE) == before <= 8
