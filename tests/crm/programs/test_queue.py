"""The queue of a program as staff order it, take it out as a file, and see who may be in the roster already."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from crm.models import Application, Influencer, Program, SocialAccount
from crm.queries.application_queue import _line
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tenancy.services.organizations import let_influencer_in
from tests.branding import a_member
from tests.crm.conftest import queries_in
from tests.factories.crm import InfluencerFactory
from tests.factories.programs import a_program, a_question, an_application
from tests.portal.test_dashboard import signed_in, text
from tiktok.models import Creator
from ui.sheets import Cell

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def program(oak: Organization) -> Iterator[Program]:
    with organization_scope(oak):
        yield a_program(a_question("Oven"), least_followers=5000)


@pytest.fixture
def staff(oak: Organization, program: Program) -> Client:
    return signed_in(a_member(oak, Role.MANAGER))


@pytest.fixture
def three(program: Program) -> list[Application]:
    return [
        an_application(
            program, handle, followers=count, submitted_at=NOW - timedelta(days=age), **more
        )
        for handle, count, age, more in (
            ("mira", 9000, 3, {"state": "declined"}),
            ("zoe", None, 2, {}),
            ("anna", 20_000, 1, {"answers": {}}),
        )
    ]


SAID = "Exported applications to Spring bakers, in which yours may stand"


def page(program: Program) -> str:
    return f"/o/oak/programs/{program.pk}/"


def order(client: Client, program: Program, query: str = "") -> list[str]:
    html = client.get(page(program) + query).content.decode()
    return re.findall(r'aria-label="Select \u2068?(\w+)', html)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Anna", "Zoe", "Mira"]),
        ("?sort=sent", ["Mira", "Zoe", "Anna"]),
        ("?sort=name", ["Anna", "Mira", "Zoe"]),
        ("?sort=-name", ["Zoe", "Mira", "Anna"]),
        ("?sort=followers", ["Mira", "Anna", "Zoe"]),
        ("?sort=-followers", ["Anna", "Mira", "Zoe"]),
        ("?sort=state&state=declined", ["Mira"]),
        ("?sort=-name&q=a", ["Mira", "Anna"]),
        ("?sort=nothing", ["Anna", "Zoe", "Mira"]),
    ],
)
def test_it_is_sorted_as_the_address_says(staff, program, three, query, expected) -> None:
    assert order(staff, program, query) == expected


def test_a_connected_account_counts_before_a_larger_one(staff, program, three) -> None:
    anna = Influencer.objects.get(name="anna")
    larger = Creator.objects.create(handle="anna.old", follower_count=900_000)
    SocialAccount.objects.create(influencer=anna, handle="anna.old", network="tiktok", account_type="tiktok_creator", creator=larger)  # fmt: skip
    Creator.objects.filter(handle="mira").update(follower_count=30_000)
    assert order(staff, program, "?sort=-followers") == ["Mira", "Anna", "Zoe"]


def test_it_costs_as_many_queries_for_three_as_for_one(staff, program) -> None:
    an_application(program, "mira")
    staff.get(page(program))
    one = queries_in(staff, page(program) + "?sort=-followers")
    for handle in ("zoe", "anna"):
        an_application(program, handle)
    assert queries_in(staff, page(program) + "?sort=-followers") == one


def exported(client: Client, program: Program, query: str = "", kind: str = "csv") -> bytes:
    answer: Any = client.post(f"{page(program)}export/{query}", {"format": kind})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="spring-bakers-oak-')
    return b"".join(answer.streaming_content)


def test_it_is_taken_out_as_csv_as_it_is_narrowed_and_sorted(staff, oak, program, three) -> None:
    Application.objects.filter(pk=three[0].pk).update(
        answers={str(program.questions.get().field_id): "Wood"}, addresses=["instagram.com/mira"]
    )
    lines = exported(staff, program, "?sort=name&state=declined").decode("utf-8-sig").splitlines()
    assert lines[0].split(",") == [
        *("Applicant", "E-mail", "TikTok", "TikTok account", "Followers", "Followers needed", "Audience needed"),
        *("Views needed", "State", "Sent", "Decided", "Decided by", "Votes for", "Votes against", "Other accounts", "Oven"),
    ]  # fmt: skip
    assert len(lines) == 2
    cells = lines[1].split(",")
    assert cells[:8] == ["Mira", "mira@example.com", "mira", "\"Authenticated", " not in the marketplace\"", "9000", "met", ""]  # fmt: skip
    assert cells[-2:] == ["instagram.com/mira", "Wood"]
    event = Event.objects.get(verb=Verb.APPLICATIONS_EXPORTED)
    assert (event.object_id, event.detail) == (program.pk, {"application_count": 1})


def test_it_is_taken_out_as_a_workbook(staff, program, three) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(staff, program, kind="xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["Applicant", "Anna", "Zoe", "Mira"]


def test_long_queues_are_written_whole(monkeypatch, staff, program, three) -> None:
    monkeypatch.setattr("crm.queries.application_queue.ROWS_AT_ONCE", 2)
    assert len(exported(staff, program, "?sort=-followers").splitlines()) == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_others_write_meanwhile_is_not_half_in_the_file(
    monkeypatch, staff, oak, program, three, kind
) -> None:
    """Three applications are read one by one; the last two are decided, named anew and deleted while the first is written."""
    monkeypatch.setattr("crm.queries.application_queue.ROWS_AT_ONCE", 1)

    def write_meanwhile() -> None:
        with organization_scope(oak):
            Application.objects.filter(pk=three[0].pk).update(name="Aaron", state="accepted")
            Application.objects.filter(pk=three[1].pk).delete()
        connection.close()

    def line(*given: Any) -> list[Cell]:
        if not written:
            written.append(Thread(target=write_meanwhile))
            written[0].start()
            written[0].join()
        return _line(*given)

    written: list[Thread] = []
    monkeypatch.setattr("crm.queries.application_queue._line", line)
    content = exported(staff, program, "?sort=name", kind)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["Applicant", "Anna", "Mira", "Zoe"]
    assert rows[2][8] == "Declined"
    assert Application.objects.get(pk=three[0].pk).name == "Aaron"


def test_an_applicant_sees_in_the_access_log_that_it_was_taken_out(staff, program, three) -> None:
    Influencer.objects.update(created_at=NOW - timedelta(days=9))
    exported(staff, program)
    late = an_application(program, "late")
    for one in (three[0], late):
        let_influencer_in(program.organization_id, one.person)
    assert SAID not in text(signed_in(late.person).get("/me/data/"))  # it was sent afterwards
    log = text(signed_in(three[0].person).get("/me/data/"))
    assert SAID in log


def test_who_may_be_in_the_roster_already_is_said_before_anybody_is_accepted(
    staff, program
) -> None:
    application = an_application(program, "mira")
    beside = f"{page(program)}?application={application.pk}"
    assert "Perhaps in your roster already" not in text(staff.get(beside))
    InfluencerFactory.create(name="Mira Bakes", email="mira@example.com")
    InfluencerFactory.create(name="Gone", email="mira@example.com", archived_at=NOW)

    said = text(staff.get(beside)).replace("\u2068", "").replace("\u2069", "")

    assert "Perhaps in your roster already: Mira Bakes . If you accept" in said
    assert "Gone" not in said
    Application.objects.update(state="declined")
    assert "Perhaps in your roster already" not in text(staff.get(beside))
