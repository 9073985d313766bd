"""The list of influencers as a file: what is in it, for whom, in which format; many as a job whose file expires."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from campaigns.services.legacy.planning import make_plan
from crm.enums import FieldKind
from crm.errors import SelectionGone
from crm.models import CustomField, CustomValue, Influencer, Rate, Tag, Tagging
from crm.policies.columns import COLUMNS
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.exports import runs, tables
from crm.services.fields import archive_field
from crm.services.influencers import archive_influencers, delete_influencer
from files.enums import FileKind
from files.models import File
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.jobs import cancel_job
from tenancy.enums import Role, Verb
from tenancy.models import Event, Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import (
    ConsentFactory,
    InfluencerFactory,
    TikTokAccountFactory,
    an_authenticated_account,
)
from tests.factories.legacy import cut_over
from tests.working import pump
from tiktok.enums import Source
from tiktok.models import LegacyMigration
from tiktok.services.connect.disconnect import withdraw_consent
from tiktok.services.legacy.purging import run_purge, start_purge
from ui.csv_rows import csv_lines, harmless
from ui.sheets import without_control, write_workbook

pytestmark = pytest.mark.django_db
EXPORT = "/o/oak/influencers/export/"
COLUMNS_PAGE = "/o/oak/influencers/columns/"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
Table = list[list[Any]]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def in_csv(content: bytes) -> Table:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def in_workbook(content: bytes) -> Table:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def exported(client: Client, **asked: Any) -> Table:
    answer = client.post(EXPORT, asked)
    assert answer.status_code == 200, answer
    content = body(answer)
    return in_workbook(content) if asked.get("format") == "xlsx" else in_csv(content)


def names(table: Table) -> list[str]:
    place = table[0].index("Name")
    return [row[place] for row in table[1:]]


def show(client: Client, *keys: str) -> None:
    client.post(COLUMNS_PAGE, {"order": keys, "shown": keys})


def finish() -> None:
    while pump(Lane.BULK):
        pass


@pytest.fixture
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two influencers are many."""
    monkeypatch.setattr("crm.views.exports.AT_ONCE", 2)
    monkeypatch.setattr("crm.queries.exports.ROWS_AT_ONCE", 2)


class TestWhoAndWhat:
    def test_the_visible_columns_in_their_order_of_all_that_match(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            for name, country in (("Bo", "DE"), ("Ann", "DE"), ("Cy", "FR")):
                InfluencerFactory.create(name=name, country=country, email=f"{name}@example.com")
        show(viewer, "email", "country")
        assert exported(viewer, f="country:DE") == [
            ["Name", "TikTok handle", "E-mail", "Country"],
            ["Ann", "", "ann@example.com", "DE"],
            ["Bo", "", "bo@example.com", "DE"],
        ]
        assert names(exported(viewer, sort="-name")) == ["Cy", "Bo", "Ann"]
        assert names(exported(viewer, q="cy")) == ["Cy"]

    def test_the_selection_alone_and_nobody_of_another_organization(
        self, oak: Organization, elm: Organization, viewer: Client
    ) -> None:
        with organization_scope(elm):
            foreign = InfluencerFactory.create(name="Canary")
        with organization_scope(oak):
            ann, bo, _ = (InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy"))
        ids = f"{ann.pk},{foreign.pk},x,{'9' * 50}"
        assert names(exported(viewer, ids=[ids, str(bo.pk)])) == ["Ann", "Bo"]
        assert names(exported(viewer, ids=str(foreign.pk))) == []
        assert "Canary" not in str(exported(viewer, columns="all"))

    def test_all_columns_carry_own_fields_and_say_why_numbers_are_missing(
        self, oak: Organization, manager: Client
    ) -> None:
        with organization_scope(oak):
            account = TikTokAccountFactory.create(
                influencer__name="Maya",
                creator__handle="maya.bakes",
                creator__follower_count=184_220,
                creator__profile_source=Source.PUBLIC,
            )
            diet = CustomField.objects.create(name="Diet", key="diet", kind=FieldKind.TEXT)
            CustomValue.objects.create(field=diet, influencer=account.influencer, text="vegan")
            tag = Tag.objects.create(name="baking")
            Tagging.objects.create(tag=tag, influencer=account.influencer)
        head, line = exported(manager, columns="all")
        found = dict(zip(head, line, strict=True))
        labels = [column.label for column in COLUMNS if column.key != "handle"]
        assert head == ["ID", "Name", "TikTok handle", *labels, "Diet", "Missing numbers"]
        assert found["ID"] == str(account.influencer_id)
        assert (found["TikTok handle"], found["Followers"]) == ("maya.bakes", "184220")
        assert (found["Diet"], found["Tags"], found["Average views"]) == ("vegan", "baking", "")
        assert (
            "Average views: Ask the influencer to authenticate this account."
            in found["Missing numbers"]
        )

    def test_a_workbook_holds_numbers_days_and_texts_as_such(
        self, oak: Organization, manager: Client
    ) -> None:
        with organization_scope(oak):
            account = an_authenticated_account(
                influencer__name="=1+1",
                influencer__birthday=date(1999, 4, 1),
                creator__follower_count=12,
                creator__engagement_rate=0.05,
                creator__profile_source=Source.AUTHORIZED,
                creator__profile_fetched_at=NOON,
            )
            field = CustomField.objects.create(name="Size", key="size", kind=FieldKind.NUMBER)
            CustomValue.objects.create(
                field=field, influencer=account.influencer, number=Decimal("38.5")
            )
        show(manager, "followers", "engagement", "birthday", "updated", "views", "field.size")
        _, line = exported(manager, format="xlsx")
        assert line[0] == "=1+1"
        assert line[2:] == [12, 0.05, date(1999, 4, 1), NOON.replace(tzinfo=None), "", 38.5]

    def test_texts_that_a_spreadsheet_would_run_are_texts(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            InfluencerFactory.create(name="=cmd|' /C calc'!A0", phone="+436641234567")
            Influencer.objects.update(city="\x07Graz\x1b")
        show(viewer, "phone", "city")
        _, line = exported(viewer)
        assert line == ["'=cmd|' /C calc'!A0", "", "'+436641234567", "Graz"]

    def test_money_is_for_those_who_may_see_it(
        self, oak: Organization, signed_in: Callable[[Role], Client]
    ) -> None:
        with organization_scope(oak):
            maya = InfluencerFactory.create()
            Rate.objects.create(
                influencer=maya,
                network="tiktok",
                kind="video",
                amount=Decimal(7777),
                currency="EUR",
            )
            fee = CustomField.objects.create(name="Fee", key="fee", kind=FieldKind.MONEY)
            CustomValue.objects.create(
                field=fee, influencer=maya, number=Decimal(8888), currency="EUR"
            )
        for role in Role:
            table = str(exported(signed_in(role), columns="all"))
            may_see = role != Role.VIEWER
            assert ("7,777.00 EUR" in table, "8888 EUR" in table) == (may_see, may_see), role

    def test_a_limited_member_takes_out_theirs_alone(self, oak: Organization) -> None:
        client, group = limited_member(oak)
        with organization_scope(oak):
            InfluencerFactory.create(name="Mine", group=group)
            hidden = InfluencerFactory.create(name="Hidden")
        assert names(exported(client, columns="all")) == ["Mine"]
        assert names(exported(client, ids=str(hidden.pk))) == []

    def test_the_events_say_who_has_taken_out_how_many(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            InfluencerFactory.create_batch(2)
            body(viewer.post(EXPORT))
            event = Event.objects.get(verb=Verb.INFLUENCERS_EXPORTED)
            assert event.actor is not None
            assert (event.actor.email, event.detail) == (
                "viewer@oak.example",
                {"influencer_count": 2},
            )

    def test_the_dialog_says_who_will_be_in_the_file(
        self, oak: Organization, viewer: Client
    ) -> None:
        with organization_scope(oak):
            first, second = InfluencerFactory.create_batch(2, country="DE")
            InfluencerFactory.create(country="FR")
        for query, said in (
            ("", "All creators: <strong>3</strong>"),
            ("f=country:DE", "All that match the search and the filters: <strong>2</strong>"),
            (f"ids={first.pk},{second.pk},{10**6}", "The selection: <strong>2</strong>"),
        ):
            page = viewer.get(f"{EXPORT}?{query}").content.decode()
            assert said in " ".join(page.split())

    def test_the_bar_of_the_selection_leads_here(self, oak: Organization, manager: Client) -> None:
        with organization_scope(oak):
            ann, bo, _ = (InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy"))
        chosen = [ann.pk, bo.pk, *range(10**6, 10**6 + 400)]
        form = {"action": "export", "ids": ",".join(map(str, chosen))}
        answer = manager.post("/o/oak/influencers/bulk/", form)
        here = answer["Location"]
        page = manager.get(here).content.decode()
        assert len(here) < 100
        assert "The selection: <strong>2</strong>" in " ".join(page.split())
        hidden = re.findall(r'name="ids" value="([^"]+)"', page)
        assert names(exported(manager, ids=hidden)) == ["Ann", "Bo"]

    def test_a_selection_of_archived_ones_is_exported_as_it_stands_in_the_list(
        self, oak: Organization, manager: Client
    ) -> None:
        with organization_scope(oak):
            people = [InfluencerFactory.create(name=name) for name in ("Ann", "Cy", "Bo", "Di")]
            archive_influencers(people, actor=None)
        query = "f=archived%3Ayes&sort=-name"
        ids = ",".join(str(each.pk) for each in people[:3])
        form = {"action": "export", "ids": ids, "query": f"?{query}"}
        here = manager.post("/o/oak/influencers/bulk/", form)["Location"]
        page = manager.get(here).content.decode()
        assert "The selection: <strong>3</strong>" in " ".join(page.split())
        assert f'href="/o/oak/influencers/?{query}"' in page.replace("&amp;", "&")
        fields = re.findall(r'name="(f|sort|ids)" value="([^"]+)"', page)
        assert names(exported(manager, **dict(fields))) == ["Cy", "Bo", "Ann"]

    def test_a_selection_that_was_archived_meanwhile_is_still_exported(
        self, oak: Organization, manager: Client
    ) -> None:
        with organization_scope(oak):
            ann = InfluencerFactory.create(name="Ann")
            archive_influencers([ann], actor=None)
            gone = Tag.objects.create(name="gone")
            gone_pk = gone.pk
            gone.delete()
        assert names(exported(manager, ids=str(ann.pk), q="bo", f=f"tag:{gone_pk}")) == ["Ann"]

    def test_a_selection_is_its_member_s_alone_and_kept_for_a_day(
        self, oak: Organization, manager: Client, viewer: Client
    ) -> None:
        with organization_scope(oak):
            ann = InfluencerFactory.create(name="Ann")
        for key in ("export", "mail"):
            form = {"action": key, "ids": str(ann.pk)}
            here = manager.post("/o/oak/influencers/bulk/", form)["Location"]
            assert manager.get(here).status_code == 200
            assert manager.get(f"{here}0").status_code == 404
            if key == "export":
                assert viewer.get(here).status_code == 404
            assert f'name="ids" value="{ann.pk}"' in manager.get(here).content.decode()
        with organization_scope(oak):
            Work.objects.filter(kind="crm.bulk_forget").update(due_at=timezone.now())
            while pump(Lane.BULK):
                pass
        assert manager.get(here).status_code == 404

    @pytest.mark.parametrize("sort", ["name", "-name", "id", "-id", "followers", "-posted"])
    @pytest.mark.parametrize("narrowing", [{}, {"q": "p"}, {"f": "country:DE"}, {"columns": "all"}])
    def test_many_lines_are_read_in_pieces(
        self,
        oak: Organization,
        viewer: Client,
        monkeypatch: pytest.MonkeyPatch,
        narrowing: dict[str, str],
        sort: str,
    ) -> None:
        with organization_scope(oak):
            for number in range(5):
                InfluencerFactory.create(name=f"P{number}", country="DE")
        whole = names(exported(viewer, sort=sort, **narrowing))
        assert sorted(whole) == ["P0", "P1", "P2", "P3", "P4"]
        monkeypatch.setattr("crm.queries.exports.ROWS_AT_ONCE", 2)
        assert names(exported(viewer, sort=sort, **narrowing)) == whole

    def test_more_lines_ask_no_more_of_the_database(
        self, oak: Organization, manager: Client
    ) -> None:
        asked = []
        for _ in range(2):
            with organization_scope(oak):
                an_authenticated_account(creator__audience_ages=[{"name": "18-24", "fraction": 1}])
                TikTokAccountFactory.create(influencer__email="ann@example.com")
            exported(manager, columns="all")  # prepares what is asked once
            with CaptureQueriesContext(connection) as captured:
                exported(manager, columns="all")
            asked.append(len(captured))
        assert asked[0] == asked[1]


def limited_member(oak: Organization) -> tuple[Client, Group]:
    person = User.objects.create_user("limited@oak.example", "secret")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        group = Group.objects.create(name="Mine", key="mine")
        GroupMember.objects.create(group=group, user=person)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, group


def started(client: Client, **asked: Any) -> Job:
    answer = client.post(EXPORT, asked)
    assert answer.status_code == 302, answer
    return Job.objects.filter(kind=runs.EXPORT).latest("pk")


def downloaded(client: Client, job: Job) -> Any:
    return client.get(f"/o/oak/influencers/exports/{job.pk}/")


@pytest.mark.usefixtures("_few_at_once", "_scope")
class TestMany:
    @pytest.fixture(autouse=True)
    def _people(self, _scope: None) -> None:
        for number in range(5):
            InfluencerFactory.create(name=f"P{number}", birthday=date(1999, 4, 1))

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_a_job_writes_the_file_in_parts(self, manager: Client, kind: str) -> None:
        show(manager, "birthday", "active")
        job = started(manager, format=kind)
        finish()
        job.refresh_from_db()
        assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 5, 5)
        page = manager.get("/o/oak/activity/").content.decode()
        assert "5 exported. The file is yours alone, for seven days. </div>" in " ".join(
            page.split()
        )
        assert f'href="/o/oak/influencers/exports/{job.pk}/"' in page
        answer = downloaded(manager, job)
        table = in_csv(body(answer)) if kind == "csv" else in_workbook(body(answer))
        assert names(table) == ["P0", "P1", "P2", "P3", "P4"]
        day = table[1][2]
        assert day == ("1999-04-01" if kind == "csv" else date(1999, 4, 1))
        assert answer["Content-Disposition"].startswith('attachment; filename="influencers-oak-')
        assert File.objects.count() == 1
        assert Event.objects.get(verb=Verb.INFLUENCERS_EXPORTED).detail == {"influencer_count": 5}

    def test_a_double_click_is_one_job(self, manager: Client) -> None:
        assert started(manager) == started(manager)
        assert Job.objects.filter(kind=runs.EXPORT).count() == 1

    def test_a_lost_part_is_read_again(self, manager: Client) -> None:
        job = started(manager)
        pump(Lane.BULK)
        seen = Job.objects.get(pk=job.pk)
        runs._read(seen)  # its worker is killed before the commit
        finish()
        assert names(in_csv(body(downloaded(manager, job)))) == ["P0", "P1", "P2", "P3", "P4"]

    def test_the_file_is_its_person_s_alone(
        self, signed_in: Callable[[Role], Client], manager: Client
    ) -> None:
        job = started(manager)
        assert downloaded(manager, job).status_code == 404  # not finished
        finish()
        assert downloaded(signed_in(Role.OWNER), job).status_code == 404
        assert manager.get("/o/oak/influencers/exports/1234567/").status_code == 404
        key = File.objects.get().key
        assert manager.get(f"/o/oak/files/{key}/").status_code == 404
        assert downloaded(manager, job).status_code == 200

    def test_the_link_expires_after_seven_days_and_the_file_goes(self, manager: Client) -> None:
        job = started(manager)
        finish()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
            finish()
        assert not File.objects.exists()
        assert downloaded(manager, job).status_code == 404

    def test_what_a_cancelled_job_has_read_goes_too(self, manager: Client) -> None:
        job = started(manager)
        pump(Lane.BULK)
        cancel_job(job)
        finish()
        assert File.objects.exists()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
            finish()
        assert not File.objects.exists()

    def test_a_file_goes_when_anybody_is_deleted_who_may_stand_in_it(self, manager: Client) -> None:
        job = started(manager)
        finish()
        delete_influencer(Influencer.objects.get(name="P3"), actor=None)
        assert not File.objects.filter(kind=FileKind.INFLUENCER_EXPORT).exists()
        assert downloaded(manager, job).status_code == 404

    def test_a_file_goes_when_a_creator_takes_permission_back_who_may_stand_in_it(
        self, manager: Client
    ) -> None:
        consent = ConsentFactory.create()
        job = started(manager)
        finish()
        withdraw_consent(consent, actor=consent.connection.person)
        assert not File.objects.filter(kind=FileKind.INFLUENCER_EXPORT).exists()
        assert downloaded(manager, job).status_code == 404

    def test_the_purge_of_the_old_source_takes_files_from_before_the_cut_over(
        self, manager: Client
    ) -> None:
        LegacyMigration.objects.create()
        started(manager)
        finish()
        plan = make_plan(actor=None)
        assert [line["rows"] for line in plan.lines if line["name"] == "exports"] == [1]
        cut_over(actor=None)
        kept = started(manager)
        finish()
        receipt = run_purge(start_purge(actor=None))
        [line] = [line for line in receipt.lines if line["name"] == "exports"]
        assert (line["rows"], line["gone"]) == (1, 1)
        assert downloaded(manager, kept).status_code == 200

    def test_a_running_job_whose_parts_have_gone_says_so(self, manager: Client) -> None:
        job = started(manager)
        pump(Lane.BULK)
        delete_influencer(Influencer.objects.get(name="P0"), actor=None)
        finish()
        job.refresh_from_db()
        assert (job.state, job.problem) == (JobState.FAILED, runs.GONE)

    def test_a_limited_member_s_job_sees_their_groups_and_their_file_goes_with_them(
        self, oak: Organization
    ) -> None:
        client, group = limited_member(oak)
        Influencer.objects.exclude(name="P4").update(group=group)
        job = started(client)
        finish()
        table = in_csv(body(downloaded(client, job)))
        assert names(table) == ["P0", "P1", "P2", "P3"]
        GroupMember.objects.all().delete()
        assert downloaded(client, job).status_code == 404

    def test_who_may_see_money_no_longer_gets_no_file_with_it(self, manager: Client) -> None:
        job = started(manager, columns="all")
        finish()
        assert downloaded(manager, job).status_code == 200
        Membership.objects.update(role=Role.VIEWER)
        assert downloaded(manager, job).status_code == 404

    def test_a_workbook_has_an_end(self, manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crm.views.exports.MOST_IN_WORKBOOK", 4)
        answer = manager.post(EXPORT, {"format": "xlsx"})
        assert answer.status_code == 422
        assert runs.TOO_MANY in answer.content.decode()
        monkeypatch.setattr("crm.views.exports.MOST_IN_WORKBOOK", 5)
        job = started(manager, format="xlsx")
        monkeypatch.setattr("crm.services.exports.runs.MOST_IN_WORKBOOK", 4)  # more came meanwhile
        finish()
        job.refresh_from_db()
        assert (job.state, job.problem) == (JobState.FAILED, runs.TOO_MANY)

    def test_a_field_that_is_archived_while_the_job_sorts_by_it_ends_it_with_the_reason(
        self, manager: Client
    ) -> None:
        size = CustomField.objects.create(name="Size", key="size", kind=FieldKind.NUMBER)
        job = started(manager, sort="field.size")
        pump(Lane.BULK)
        archive_field(size, actor=None)
        finish()
        job.refresh_from_db()
        assert (job.state, job.problem) == (JobState.FAILED, runs.UNSORTED)

    def test_a_filter_that_names_nothing_any_more_ends_it_and_begins_none(
        self, manager: Client
    ) -> None:
        tag = create_tag("vegan", actor=None)
        tag_influencers(tag, Influencer.objects.all(), actor=None)
        job = started(manager, f=f"tag:{tag.pk}")
        pump(Lane.BULK)
        tag.delete()
        finish()
        job.refresh_from_db()
        assert (job.state, job.problem) == (JobState.FAILED, str(SelectionGone()))
        answer = manager.post(EXPORT, {"f": f"tag:{tag.pk}", "format": "csv"}, follow=True)
        assert "names something that is not here any more" in answer.content.decode()

    def test_the_job_ends_with_its_person_s_membership(self, manager: Client) -> None:
        job = started(manager)
        Membership.objects.all().delete()
        finish()
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert not File.objects.exists()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        (None, ""),
        ("=1", "'=1"),
        ("  =1", "'  =1"),
        (" plain", " plain"),
        ("\t=1", "'\t=1"),
        ("-5", "'-5"),
        (-5, "-5"),
        (-0.25, "-0.25"),
        (Decimal("1.50"), "1.50"),
        ("a\x00b\x1fc", "abc"),
        ("two\nlines", "two\nlines"),
        ("名\u200d前", "名\u200d前"),
        (date(2026, 1, 2), "2026-01-02"),
        (NOON, "2026-11-28T12:00:00+00:00"),
    ],
)
def test_a_cell_of_csv_is_never_run(cell: Any, text: str) -> None:
    assert harmless(cell) == text


def test_a_heading_is_never_run_either() -> None:
    assert b"".join(csv_lines(["=1"], [])) == "\ufeff'=1\r\n".encode()


def test_a_workbook_cuts_what_it_cannot_hold() -> None:
    out = io.BytesIO()
    write_workbook(out, ["a\x00"], [["x" * 40_000], [None]])
    assert in_workbook(out.getvalue()) == [["a"], ["x" * 32_767]]
    assert without_control("a\ufffeb\x07") == "ab"


def test_parts_of_a_workbook_keep_the_kinds_of_their_cells() -> None:
    line = ["a", 1, 0.5, None, Decimal("1.5"), date(2026, 1, 2), NOON]
    assert tables._read(tables._written(line)) == line


@pytest.mark.parametrize("ids", ["", "nobody", ","])
def test_ids_that_name_nobody_export_nobody(oak: Organization, manager: Client, ids: str) -> None:
    with organization_scope(oak):
        InfluencerFactory.create(name="Maya")
    assert manager.post(EXPORT, {"ids": ids}).status_code == 404
    assert manager.get(EXPORT, {"ids": ids}).status_code == 404


def test_the_draft_of_all_that_match_is_no_selection_of_everybody(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        InfluencerFactory.create(name="Maya", country="AT")
        InfluencerFactory.create(name="Bo", country="DE")
    asked = {"action": "archive", "all": "1", "query": "f=country:AT"}
    draft = manager.post("/o/oak/influencers/bulk/", asked).url.rstrip("/").rpartition("/")[2]
    assert manager.post(EXPORT, {"selection": draft}).status_code == 404
