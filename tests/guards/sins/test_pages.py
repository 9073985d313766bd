"""Sins in templates and addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import TemplateSyntaxError, engines

from tests.guards import addresses as listed
from tests.guards import test_names_in_sentences as sentences
from tests.guards import test_submissions as submissions
from tests.guards import test_templates as templates
from tests.guards import test_urls_have_audience as urls
from tests.guards.sins import caught_by


@pytest.fixture
def plant_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], dict[str, str]]:
    """A page of its own that the guards' lists hold."""
    engine = engines["django"].engine
    monkeypatch.setattr(templates, "ROOT", tmp_path)
    monkeypatch.setattr(engine, "dirs", [tmp_path, *engine.dirs])
    engine.template_loaders[0].reset()

    def plant(text: str) -> dict[str, str]:
        (tmp_path / "planted.html").write_text(text)
        assert templates.names() == templates.pages() == ["planted.html"]
        return {"name": "planted.html"}

    yield plant
    engine.template_loaders[0].reset()


@caught_by(templates.test_template_compiles, match="colour", error=TemplateSyntaxError)
def test_a_template_that_does_not_compile(plant_template) -> dict[str, str]:
    return plant_template('{% badge "x" colour="red" %}')


@caught_by(templates.test_page_fills_its_title, match="planted.html has no")
@pytest.mark.parametrize("title", ["", "{% block title %}{% endblock %}"])
def test_a_page_without_title(plant_template, title: str) -> dict[str, str]:
    given = plant_template('{% extends "base_staff.html" %}' + title)
    assert templates.titled() == ["planted.html"]
    return given


@caught_by(
    templates.test_template_has_nothing_inline_and_nothing_from_elsewhere, match="planted.html"
)
@pytest.mark.parametrize(
    "sin",
    [
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<p style="color: red">',
        '<a onclick="go()">',
        '<a hx-on:click="go()">',
        '<img src="https://elsewhere.example/x.png">',
        '<link href="//elsewhere.example/x.css">',
        '<a href="javascript:go()">',
    ],
)
def test_something_inline_or_from_elsewhere(plant_template, sin: str) -> dict[str, str]:
    return plant_template(sin)


@caught_by(templates.test_the_button_that_acts_stands_last, match="planted.html")
@pytest.mark.parametrize("kind", ["btn-primary", "btn-danger"])
def test_a_button_that_acts_before_the_one_that_leads_back(
    plant_template, kind: str
) -> dict[str, str]:
    save = f'<button class="btn {kind}">Save</button>'
    return plant_template(
        f'<div class="form-actions"><div>{save}</div><a class="btn">Cancel</a></div>'
    )


@caught_by(templates.test_a_class_is_styled_in_one_place, match="planted.css")
def test_two_looks_of_one_name(tmp_path: Path) -> dict[str, Path]:
    (path := tmp_path / "planted.css").write_text(
        ".list { gap: 0; }\n@media print {\n  .list { gap: 1px; }\n}\n.list { columns: 2; }\n"
    )
    return {"path": path}


@caught_by(templates.test_every_named_icon_is_vendored, match="no-such-icon")
@pytest.mark.parametrize(
    "use", ['{% icon "no-such-icon" %}', '{% badge "x" icon="no-such-icon" %}']
)
def test_an_icon_that_is_not_there(plant_template, use: str) -> None:
    plant_template(use)


@caught_by(sentences.test_templates_isolate_names, match="person.name")
def test_a_bare_name(tmp_path: Path) -> dict[str, Path]:
    (path := tmp_path / "planted.html").write_text("Hello {{ person.name }}")
    return {"path": path}


@caught_by(sentences.test_views_isolate_names, match="person.name")
def test_a_bare_name_in_a_sentence_of_a_view(tmp_path: Path) -> dict[str, Path]:
    (path := tmp_path / "planted.py").write_text('said = f"{person.name} is added."')
    return {"path": path}


# --- addresses ---------------------------------------------------------------------------------------------------
@pytest.fixture
def view() -> Callable[..., HttpResponse]:
    def show(request: HttpRequest, **_: object) -> HttpResponse:
        return HttpResponse("planted")

    return show


@caught_by(urls.test_every_address_of_ours_has_an_audience_and_a_name, match="planted/")
def test_an_address_for_nobody(plant_view, view) -> None:
    plant_view("planted/", view, audience="")


@caught_by(urls.test_every_address_stands_where_its_audience_is_let_in, match="planted/")
@pytest.mark.parametrize(
    ("route", "audience"),
    [
        ("planted/", "staff"),
        ("planted/", "api"),
        ("api/v1/planted/", "public"),
        ("o/<slug:slug>/planted/", "portal"),
    ],
)
def test_an_address_out_of_place(plant_view, view, route: str, audience: str) -> None:
    plant_view(route, view, audience=audience)


@caught_by(urls.test_every_page_of_members_asks_for_a_permission, match="planted")
def test_a_page_that_asks_for_no_permission(plant_view, view) -> None:
    plant_view("o/<slug:slug>/planted/", view, audience="staff")


@caught_by(urls.test_every_view_of_the_api_opens_the_scope_of_its_key, match="planted")
def test_a_view_of_the_api_without_key(plant_view, view) -> None:
    plant_view("api/v1/planted/", view, audience="api", cls=type("View", (), {"audience": "api"}))


@caught_by(urls.test_the_roots_of_the_other_audiences_are_known, match="planted/")
def test_a_root_nobody_has_named(plant_view, view) -> dict[str, str]:
    plant_view("planted/", view, audience="ops")
    return {"audience": "ops"}


@caught_by(urls.test_every_framework_on_the_list_is_in_use, match="gone/")
def test_a_framework_that_is_gone(monkeypatch) -> None:
    monkeypatch.setitem(listed.FRAMEWORK, "gone/", "no longer here")


@caught_by(
    submissions.test_a_form_that_makes_something_names_its_submission,
    match="planted.html crm:add_document",
)
def test_a_form_that_makes_a_thing_as_often_as_it_is_sent(plant_template) -> None:
    plant_template(
        '<form action="{% url "crm:add_document" 1 %}" method="post"><button>Add</button></form>'
    )
