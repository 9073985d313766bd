"""Compiled rows say what Django's own loop says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import TemplateSyntaxError, engines
from django.utils.safestring import SafeString

from ui.rows import address


@dataclass
class Row:
    pk: int
    name: str
    labels: tuple[str, ...] = ()
    note: str | None = None

    def shout(self) -> str:
        return self.name.upper()

    def erase(self) -> str:
        raise AssertionError("a template must not call this")

    erase.alters_data = True  # type: ignore[attr-defined]

    @property
    def broken(self) -> str:
        raise AttributeError("its own fault")


ROWS = [
    Row(7_123, "Maya <b>", ("new", "in & out"), "x"),
    Row(2, "\u202eevil"),
    Row(3, SafeString("<i>Tom</i>"), ("one",)),  # type: ignore[arg-type]
]
VALUES: dict[str, Any] = {
    "rows": ROWS,
    "none": [],
    "maybe": True,
    "table": {"a": {"b": "B"}, "items": 3},
    "pairs": [(ROWS[0], 1), (ROWS[1], 2)],
    "at": datetime(2026, 11, 29, 23, 30, tzinfo=UTC),
    "request": SimpleNamespace(path="/", organization=SimpleNamespace(slug="oa-ks_1")),
    "number": 1234567.5,
    "csrf_token": "token",
}
BODIES = [
    "{{ row.name }}{{ row.name|isolate }} {{ row.shout }}|{{ row.erase }}|{{ row.absent }}|{{ row.absent.more }}|{{ row.pk }}",
    "{{ absent }}{{ absent|default:'none' }}{{ row.note }}{{ row.note.more }}{{ number }}{{ at }}{{ at|date:'j M Y H:i' }}",
    "{{ table.a.b }}{{ table.items }}{{ row.labels.0 }}{{ row.labels.9 }}{{ row.labels|length }}{{ row.name|truncatechars:3 }}",
    "{% if row.note %}1{% elif row.labels and not absent or maybe %}2{% else %}3{% endif %}{% if row.pk > 2 and row.name != 'x' %}4{% endif %}",
    "{% if absent.more %}1{% endif %}{% if not absent %}2{% endif %}{% if row.labels.0 == 'one' %}3{% endif %}{% if 'new' in row.labels %}4{% endif %}",
    "{% for label in row.labels %}<b>{{ label }}</b>{% empty %}-{% endfor %}{% for one, n in pairs %}{{ one.pk }}{{ n }}{% endfor %}",
    "{% with it=row.note %}{{ it }}{% with it=row.pk %}{{ it }}{% endwith %}{{ it }}{% endwith %}{{ it }}{# no #}{% comment %}{% endcomment %}",
    "{% url 'crm:influencer' request.organization.slug row.pk %}{% url 'crm:invite_account' request.organization.slug row.pk 5 as to %}{{ to }}{{ gone }}",
    "{% badge row.name kind='info' icon='check' %}{% person name=row.name href='/x/?a=1&b=2' note=row.note %}{% ago at %}{% ago None %}",
    "{% badge row.name as shown %}[{{ shown }}]{% include 'components/nav_link.html' with href='/' label=row.name icon='home' %}",
    "{% csrf_token %}{{ _('Name') }}{{ 'text <'|lower }}{{ number|compact }}{% stat label=row.name value=row.pk %}",
]


def rendered(text: str) -> str:
    return engines["django"].from_string(text).render(VALUES)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("names", ["row in rows", "row in none", "row in absent"])
def test_compiled_rows_are_djangos_rows(names: str, body: str) -> None:
    in_django = rendered(f"<{{% for {names} %}}{body}{{% endfor %}}>")
    template = engines["django"].from_string(f"<{{% rows {names} %}}{body}{{% endrows %}}>")
    assert [template.render(VALUES) for _ in range(2)] == [in_django, in_django]


def test_a_row_is_unpacked_into_several_names() -> None:
    assert rendered("{% rows row, n in pairs %}{{ row.pk }}:{{ n }} {% endrows %}") == "7123:1 2:2 "


def test_the_fault_of_a_property_is_not_an_empty_text() -> None:
    with pytest.raises(AttributeError, match="its own fault"):
        rendered("{% rows row in rows %}{{ row.broken }}{% endrows %}")


def test_tags_that_rows_do_not_know_are_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="Rows of a list cannot hold"):
        rendered("{% rows row in rows %}{% now 'Y' %}{% endrows %}")


def test_an_address_is_made_once_and_filled_for_each_row() -> None:
    assert address("crm:invite_account", "oaks", 12, 345) == (
        "/o/oaks/influencers/12/accounts/345/invite/"
    )
    assert address("crm:invite_account", "0", 0, 0) == "/o/0/influencers/0/accounts/0/invite/"
