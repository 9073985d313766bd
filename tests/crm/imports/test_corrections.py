"""Rows that are left out are corrected in the preview, or merged into the row that they repeat. Nothing is written by it."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.enums import ImportFate, Network
from crm.errors import TableRefused
from crm.models import Import, Influencer, Tag
from crm.services.forgetting import forget_copies
from crm.services.imports.corrections import correct_row, merge_row, restore_row, row_to_correct
from crm.services.imports.pasting import paste_accounts
from crm.services.imports.runs import begin_import, map_columns, read_otherwise
from files.models import File
from files.purge import delete_files
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.crm.imports.conftest import (
    everybody,
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    rolled_back,
    the_row,
    upload,
    workbook,
)
from tests.submitting import fresh as fresh_form

pytestmark = pytest.mark.django_db
ROSTER = (
    "Name,Mail,Land,Instagram,Tags\n"
    "Maya,maya@example.com,AT,,food\n"
    "Maya F,maya@example.com,,maya.b,vegan\n"
    "Ole,nobody,DE,,\n"
)
NAME, MAIL, COUNTRY, INSTAGRAM, TAGS = range(5)


def corrected(parent: Import, number: int, actor: User, **texts: str) -> Import:
    """The preview after a row was corrected: texts by the names of the places above."""
    by_place = {globals()[name.upper()]: text for name, text in texts.items()}
    correct_row(parent, number, by_place, actor=actor)
    finish()
    return fresh(parent)


def merged(parent: Import, number: int, actor: User) -> Import:
    merge_row(parent, number, actor=actor)
    finish()
    return fresh(parent)


def written(parent: Import, actor: User) -> Import:
    begin_import(parent, actor=actor)
    finish()
    return fresh(parent)


def tags_of(influencer: Influencer) -> set[str]:
    return {tag.name for tag in Tag.objects.filter(taggings__influencer=influencer)}


@pytest.mark.usefixtures("_in_oak")
class TestCorrected:
    def test_a_corrected_row_has_its_fate_and_is_written_and_taken_back_like_any(
        self, ada: User
    ) -> None:
        parent = previewed(ROSTER, ada)
        assert fates(parent) == [(2, "new"), (3, "duplicate"), (4, "error")]
        parent = corrected(parent, 4, ada, mail="ole@example.com")
        assert fates(parent) == [(2, "new"), (3, "duplicate"), (4, "new")]
        assert (parent.counts["new"], parent.version) == (2, 2)
        assert not everybody()
        parent = written(parent, ada)
        assert {name: each.email for name, each in everybody().items()} == {
            "Maya": "maya@example.com", "Ole": "ole@example.com",
        }  # fmt: skip
        assert (parent.corrected, parent.merged) == ({}, {})
        rolled_back(parent, ada)
        assert not everybody()

    def test_the_same_file_again_changes_nothing(self, ada: User) -> None:
        written(corrected(previewed(ROSTER, ada), 4, ada, mail="ole@example.com"), ada)
        before = {each.pk: vars(each) for each in Influencer.objects.all()}
        again = imported(ROSTER.replace("Maya F,maya@example.com,,maya.b,vegan\n", ""), ada)
        assert fates(again) == [(2, "unchanged"), (3, "error")]
        assert {each.pk for each in Influencer.objects.all()} == set(before)

    def test_a_row_that_would_be_wrong_still_changes_nothing(self, ada: User) -> None:
        parent = previewed(ROSTER, ada)
        wrong = correct_row(parent, 4, {MAIL: "still nobody", COUNTRY: "Atlantis"}, actor=ada)
        assert {column: text for column, _, text in wrong} == {
            "Mail": "still nobody", "Land": "Atlantis",
        }  # fmt: skip
        parent = fresh(parent)
        assert (parent.version, parent.corrected) == (1, {})
        assert fates(parent) == [(2, "new"), (3, "duplicate"), (4, "error")]

    def test_a_corrected_row_that_repeats_another_is_a_duplicate(self, ada: User) -> None:
        parent = corrected(previewed(ROSTER, ada), 4, ada, mail="maya@example.com", name="Maya G")
        assert the_row(parent, 4).duplicate_of == 2

    def test_two_people_with_one_address_become_two_rows(self, ada: User) -> None:
        parent = corrected(previewed(ROSTER, ada), 3, ada, mail="other@example.com")
        assert fates(parent)[:2] == [(2, "new"), (3, "new")]

    def test_what_was_seen_before_is_not_imported(self, ada: User) -> None:
        seen = previewed(ROSTER, ada)
        corrected(fresh(seen), 4, ada, mail="ole@example.com")
        with pytest.raises(TableRefused, match="look at it again first"):
            begin_import(seen, actor=ada)

    def test_numbers_of_a_workbook_stay_what_they_are(self, ada: User) -> None:
        rows = [("Name", "Mail", "Instagram", "Instagram followers"), ("Ole", "x", "ole", 65_099.0)]
        parent = previewed(workbook(*rows), ada, "roster.xlsx")
        assert the_row(parent, 2).cells[3] == 65_099
        correct_row(parent, 2, {1: "ole@example.com", 3: "65099"}, actor=ada)
        finish()
        assert fresh(parent).corrected == {"2": ["Ole", "ole@example.com", "ole", 65_099]}
        assert the_row(parent, 2).values["instagram.followers"] == 65_099

    @pytest.mark.parametrize("row", ["Ole,ole@example.com", "Ole,ole@example.com,DE,,,more"])
    def test_a_row_of_another_width_gets_the_width_of_the_header(self, ada: User, row: str) -> None:
        parent = previewed(f"{ROSTER}{row}\n", ada)
        assert the_row(parent, 5).fate == ImportFate.ERROR
        parent = corrected(parent, 5, ada, country="AT")
        assert (the_row(parent, 5).fate, the_row(parent, 5).values["country"]) == ("new", "AT")

    def test_it_is_kept_while_columns_are_mapped_and_marks_are_chosen(self, ada: User) -> None:
        parent = corrected(previewed(ROSTER, ada), 4, ada, mail="ole@example.com")
        chosen = [{"field": c["field"], "policy": "overwrite"} for c in parent.columns]
        chosen[COUNTRY]["field"] = ""
        assert map_columns(parent, chosen, actor=ada) == 0
        finish()
        assert the_row(parent, 4).values["email"] == "ole@example.com"
        layout = {"encoding": parent.encoding, "delimiter": parent.delimiter}
        assert read_otherwise(fresh(parent), **layout, decimal_mark=",", actor=ada) == 0
        finish()
        assert the_row(parent, 4).fate == ImportFate.NEW

    def test_it_goes_when_the_file_is_read_in_another_way(self, ada: User) -> None:
        parent = merged(corrected(previewed(ROSTER, ada), 4, ada, mail="o@example.com"), 3, ada)
        layout = {"encoding": parent.encoding, "decimal_mark": ""}
        assert read_otherwise(parent, **layout, delimiter=";", actor=ada) == 2
        parent = fresh(parent)
        assert (parent.corrected, parent.merged) == ({}, {})

    def test_it_is_taken_back(self, ada: User) -> None:
        parent = corrected(previewed(ROSTER, ada), 4, ada, mail="ole@example.com")
        restore_row(parent, 4, actor=ada)
        finish()
        assert the_row(parent, 4).fate == ImportFate.ERROR
        with pytest.raises(TableRefused, match="stands as the file has it"):
            restore_row(parent, 4, actor=ada)

    def test_only_rows_that_are_left_out_of_a_file_that_is_there(self, ada: User) -> None:
        parent = previewed(ROSTER, ada)
        for number in (2, 99):
            with pytest.raises(TableRefused, match="no longer left out"):
                row_to_correct(parent, number)
        with pytest.raises(TableRefused, match="no longer left out"):
            merge_row(parent, 4, actor=ada)
        delete_files(File.objects.all())
        for act in (merge_row, restore_row):
            with pytest.raises(TableRefused, match="no longer there"):
                act(fresh(parent), 3, actor=ada)

    def test_no_pasted_line_and_nothing_once_it_is_written(self, ada: User) -> None:
        pasted = paste_accounts("nobody at all here\n", Network.INSTAGRAM, actor=ada)
        finish()
        assert fates(pasted) == [(2, "error")]
        with pytest.raises(TableRefused, match="no longer there"):
            row_to_correct(fresh(pasted), 2)
        parent = imported(ROSTER, ada)
        with pytest.raises(TableRefused, match="has begun"):
            correct_row(parent, 4, {MAIL: "ole@example.com"}, actor=ada)


@pytest.mark.usefixtures("_in_oak")
class TestMerged:
    def test_a_new_row_takes_what_it_leaves_empty(self, ada: User) -> None:
        parent = merged(previewed(ROSTER, ada), 3, ada)
        assert fates(parent) == [(2, "new"), (3, "duplicate"), (4, "error")]
        written(parent, ada)
        (maya,) = Influencer.objects.all()
        assert (maya.name, maya.country) == ("Maya", "AT")
        assert tags_of(maya) == {"food", "vegan"}
        assert maya.accounts.get().handle == "maya.b"

    def test_one_who_is_here_and_whom_the_first_row_would_leave_as_they_are(
        self, ada: User
    ) -> None:
        maya = Influencer.objects.create(name="Maya", email="maya@example.com", country="AT")
        file = "Name,Mail,Land,City\nMaya,maya@example.com,AT,\nMaya,maya@example.com,,Graz\n"
        parent = previewed(file, ada)
        assert fates(parent) == [(2, "unchanged"), (3, "duplicate")]
        parent = merged(parent, 3, ada)
        assert the_row(parent, 2).changes == {"city": ["", "Graz"]}
        parent = written(parent, ada)
        maya.refresh_from_db()
        assert maya.city == "Graz"
        rolled_back(parent, ada)
        maya.refresh_from_db()
        assert maya.city == ""

    def test_several_rows_into_one_and_one_of_them_taken_back(self, ada: User) -> None:
        parent = previewed(f"{ROSTER}Maya,maya@example.com,,,raw\n", ada)
        parent = merged(merged(parent, 3, ada), 5, ada)
        assert the_row(parent, 2).values["tags"] == ["food", "vegan", "raw"]
        restore_row(parent, 3, actor=ada)
        finish()
        assert the_row(parent, 2).values["tags"] == ["food", "raw"]
        assert "account.instagram" not in the_row(parent, 2).values

    def test_a_merge_that_makes_the_row_wrong_is_seen_and_can_be_taken_back(
        self, ada: User
    ) -> None:
        imported("Name,Instagram\nMaya,maya\n", ada)
        imported("Name,YouTube\nEva,@eva\n", ada)
        file = "Name,Mail,Instagram,YouTube\nMaya,m@x.example,maya,\nMaya,m@x.example,,@eva\n"
        parent = previewed(file, ada)
        assert fates(parent) == [(2, "update"), (3, "duplicate")]
        parent = merged(parent, 3, ada)
        assert fates(parent) == [(2, "error"), (3, "update")]
        assert reasons(parent) == [["", "The row is about 2 creators at once. Merge them first."]]
        restore_row(parent, 3, actor=ada)
        finish()
        assert fates(parent) == [(2, "update"), (3, "duplicate")]

    def test_it_ends_where_other_columns_say_who_somebody_is(self, ada: User) -> None:
        parent = merged(previewed(ROSTER, ada), 3, ada)
        same = [{"field": c["field"], "policy": "overwrite"} for c in parent.columns]
        assert map_columns(parent, same, actor=ada) == 0
        assert len(fresh(parent).merged) == 1
        other = [{**choice} for choice in same]
        other[MAIL]["field"] = ""
        assert map_columns(parent, other, actor=ada) == 1
        finish()
        assert fates(fresh(parent)) == [(2, "new"), (3, "new"), (4, "new")]
        assert "account.instagram" not in the_row(parent, 2).values

    def test_correcting_a_merged_row_ends_the_merge(self, ada: User) -> None:
        parent = merged(previewed(ROSTER, ada), 3, ada)
        parent = corrected(parent, 3, ada, mail="other@example.com")
        assert (parent.merged, the_row(parent, 3).fate) == ({}, "new")

    def test_who_is_forgotten_stands_in_no_correction(self, ada: User) -> None:
        maya = Influencer.objects.create(name="Maya", email="maya@example.com", country="AT")
        parent = merged(previewed(ROSTER, ada), 3, ada)
        assert parent.merged
        forget_copies([maya.pk])
        assert (fresh(parent).merged, fresh(parent).file) == ({}, None)


class TestPages:
    def choose(self, client: Client, content: str = ROSTER) -> str:
        answer = client.post(
            "/o/oak/influencers/import/", {**fresh_form(), "file": upload(content)}
        )
        finish()
        return answer["Location"]

    def text(self, client: Client, address: str) -> str:
        return " ".join(client.get(address).content.decode().split())

    def test_a_row_is_corrected_in_a_dialog_that_says_what_is_wrong_still(
        self, oak: Organization, manager: Client
    ) -> None:
        address = self.choose(manager)
        row = f"{address}rows/4/"
        assert f'href="{row}"' in self.text(manager, address)
        form = manager.get(row)
        assert form.status_code == 200
        shown = form.content.decode()
        assert 'value="nobody"' in shown
        assert "This is no e-mail address." in shown.partition('id="id_cell-1_error"')[2]
        sent = {"cell-0": "Ole", "cell-1": "ole@", "cell-2": "DE"}
        wrong = manager.post(row, sent)
        assert wrong.status_code == 422
        assert 'value="ole@"' in wrong.content.decode()
        assert "is no e-mail address." in wrong.content.decode()
        too_long = manager.post(row, {**sent, "cell-1": "o" * 10_001})
        assert too_long.status_code == 422
        assert "Shorten this to 10,000 characters." in too_long.content.decode()
        right = manager.post(row, {**sent, "cell-1": "ole@example.com"}, follow=True)
        assert "Row 4 is corrected." in right.content.decode()
        finish()
        page = self.text(manager, address)
        assert "Import 2 rows" in page
        assert ">Corrected</span>" in page
        manager.post(f"{row}restore/")
        finish()
        assert "Import 1 row<" in self.text(manager, address)
        manager.post(row, {**sent, "cell-1": "ole@example.com"})
        finish()
        gone = manager.post(row, sent, follow=True)
        assert "This row is no longer left out." in gone.content.decode()

    def test_cells_behind_the_last_column_are_named(
        self, oak: Organization, manager: Client
    ) -> None:
        address = self.choose(manager, "Name,Mail\nOle,ole@example.com,more\n")
        assert "“more”" in self.text(manager, f"{address}rows/2/")

    def test_a_duplicate_is_merged_and_taken_back(self, oak: Organization, manager: Client) -> None:
        address = self.choose(manager)
        page = self.text(manager, address)
        assert "Merge into row 2" in page
        answer = manager.post(f"{address}rows/3/merge/", follow=True)
        assert "Row 2 takes from row 3 what it leaves empty." in answer.content.decode()
        finish()
        page = self.text(manager, address)
        assert "Merged into row 2: it has filled what was empty there" in page
        assert f'action="{address}rows/3/merge/"' not in page
        manager.post(f"{address}rows/3/restore/")
        finish()
        assert f'action="{address}rows/3/merge/"' in self.text(manager, address)
        refused = manager.post(f"{address}rows/2/merge/", follow=True)
        assert "This row is no longer left out." in refused.content.decode()

    def test_what_ends_with_another_reading_is_said(
        self, oak: Organization, manager: Client
    ) -> None:
        address = self.choose(manager)
        manager.post(f"{address}rows/3/merge/")
        finish()
        with organization_scope(oak):
            fields = {f"field-{n}": c["field"] for n, c in enumerate(Import.objects.get().columns)}
        answer = manager.post(f"{address}columns/", {**fields, "field-2": ""}, follow=True)
        assert "1 merged row stands alone again: the columns mean" in answer.content.decode()
        finish()
        manager.post(f"{address}rows/3/merge/")
        finish()
        answer = manager.post(f"{address}reading/", {"delimiter": ";"}, follow=True)
        assert "1 row is no longer corrected: the file is read" in answer.content.decode()

    def test_viewers_correct_nothing(
        self, oak: Organization, manager: Client, viewer: Client
    ) -> None:
        address = self.choose(manager)
        assert viewer.get(f"{address}rows/4/").status_code == 403
        for act in ("merge", "restore"):
            assert viewer.post(f"{address}rows/3/{act}/").status_code == 403
