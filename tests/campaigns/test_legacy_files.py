"""Files of the old source as installations have them: formats, encodings, mappings, pictures, and what is refused as a whole."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from campaigns.models import LegacyRemark
from campaigns.services.legacy import scanning
from campaigns.services.legacy.importing import import_legacy_export
from crm.models import Influencer
from files.models import File
from files.store import contents
from influence.management.commands.demo import INVENTED_EXPORT
from jobs.models import Job
from tenancy.scope import organization_scope
from tests.factories.legacy import bring_in
from tiktok.errors import NotALegacyExport
from tiktok.models import Creator, LegacyMigration, Video, VideoSnapshot
from tiktok.services.legacy.columns import ColumnMapping

pytestmark = pytest.mark.django_db

SHARED = Path("shared", "data", "legacy_tiktok_posts.csv")
# Beside the project, or beside its work trees.
SAMPLES = [folder / SHARED for folder in Path(__file__).resolve().parents[2:5]]
EXPORTS = [INVENTED_EXPORT, *(path for path in SAMPLES if path.exists())]
ID, OTHER = "7499446218112634119", "7499446218112634120"
WORDS = "Crème brûlée; à l'été,\nfaçon naïve"


def table(delimiter: str = ",", line_end: str = "\r\n") -> str:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    rows.writerow(["handle", "video_id", "caption", "views", "collected_at"])
    rows.writerow(["ann.b", ID, WORDS, "1.9M", "2025-05-22"])
    rows.writerow(["tom_t", OTHER, "Plain", "", ""])
    return text.getvalue()


def json_lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


OBJECTS = json_lines(
    {
        "id": ID,
        "desc": WORDS,
        "createTime": 1746100890,
        "scrapedAt": 1747887468,
        "author": {"uniqueId": "Ann.B", "nickname": "Ann"},
        "authorStats": {"followerCount": 1500},
        "stats": {"playCount": 1_900_000, "diggCount": None},
        "challenges": ["spring", {"title": "x"}],
    },
    {"id": int(OTHER), "desc": "Plain", "author": {"uniqueId": "tom_t"}},
)


@pytest.mark.parametrize(
    "content",
    [
        table().encode(),
        table().encode("utf-8-sig"),
        table().encode("utf-16"),
        table().encode("cp1252"),
        table(line_end="\n").encode("mac_roman"),
        table(line_end="\r").encode(),
        table(";").encode("cp1252"),
        table("\t").encode("utf-16"),
        OBJECTS.encode(),
        OBJECTS.encode("utf-8-sig"),
        OBJECTS.encode("utf-16"),
        OBJECTS.encode("cp1252"),
        json_lines(*map(json.loads, OBJECTS.splitlines())).replace("é", "\\u00e9").encode(),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_file_is_read_in_any_usual_encoding_and_separation(oak, tmp_path, content) -> None:
    with organization_scope(oak):
        result = bring_in(tmp_path, content)
        assert (result.new, result.refused_count) == (2, 0)
        video = Video.objects.get(tiktok_video_id=ID)
        assert (video.caption, video.video_views, video.likes) == (WORDS, 1_900_000, None)
        assert video.creator.handle == "ann.b"
        assert not File.objects.exists()


def test_objects_tell_names_and_numbers_of_the_account_too(oak, tmp_path) -> None:
    with organization_scope(oak):
        result = bring_in(tmp_path, OBJECTS)
        creator = Creator.objects.get(handle="ann.b")
        assert (creator.display_name, creator.follower_count) == ("Ann", 1500)
        assert set(Influencer.objects.values_list("name", flat=True)) == {"ann.b", "tom_t"}
        assert result.unmapped == ["challenges"]


def test_a_sign_of_another_encoding_far_down_is_found(oak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("campaigns.services.legacy.reading.PIECE", 64)
    rows = "".join(f"ann.{n:03},{int(ID) + 2 * n},plain\n" for n in range(50))
    with organization_scope(oak):
        bring_in(tmp_path, f"handle,video_id,caption\n{rows}zoe,{ID[:-2]}98,été\n".encode("cp1252"))
        assert Video.objects.get(creator__handle="zoe").caption == "été"


def test_lines_that_are_no_objects_are_refused_one_by_one(oak, tmp_path) -> None:
    good = json_lines({"handle": "ann.b", "video_id": ID})
    content = f'{good}\n[1]\n{{"handle": "tom\n' + "[" * 5_000 + '\n{"handle": "\ufffd"}\n'
    with organization_scope(oak):
        result = bring_in(tmp_path, content)
        assert (result.new, result.refused_count) == (1, 4)
        assert list(result.refused.values_list("line", "reason")) == [
            (3, "is JSON, but no object"),
            (4, "is not well-formed JSON"),
            (5, "is not well-formed JSON"),
            (6, "has a sign that is broken in this encoding"),
        ]


def test_rows_of_another_width_are_refused_with_the_line_that_they_begin_on(oak, tmp_path) -> None:
    content = f'handle,video_id\nann.b,{ID}\n\n"ann.b","{OTHER}","two\nlines"\nann.b\n'
    with organization_scope(oak):
        result = bring_in(tmp_path, content)
        assert list(result.refused.values_list("line", "reason")) == [
            (4, "has 3 columns instead of 2"),
            (6, "has 1 columns instead of 2"),
        ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty"),
        (b"\n\n", "No column names an account"),
        (b"handle,video_id,handle\n", "The column “handle” stands twice"),
        (b"handle,views\n" + b"\0" * 50, "This is no text that can be read"),
        (b"PK\x03\x04", "This is a workbook"),
        (b"name,colour\nann,red\n", "No column names an account"),
        (b'{"name": "ann"}\n', "No column names an account"),
        (b'handle,video_id\nann.b,"7499446218112634119\n', "Row 2, column 2: a quotation mark"),
        (b'handle,video_id\n"ann".b,7499446218112634119\n', "Row 2, column 2: a quotation mark"),
        (b"handle" + b",x" * 600_000 + b"\n", "the row is longer than 1,000,000 characters"),
        (b'{"handle": "' + b"x" * 1_000_001, "Line 1 is longer than 1,000,000 characters"),
        (b"handle,caption\n" + "é,ü,ä,ö\n".encode() * 9 + b"tom,\xff\n", "a character is broken; this is not UTF-8"),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else "",
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    oak, tmp_path, content, message
) -> None:
    with organization_scope(oak):
        with pytest.raises(NotALegacyExport, match=message):
            bring_in(tmp_path, content)
        for model in (LegacyMigration, File, Influencer, Creator):
            assert not model.objects.exists()


def test_a_break_behind_many_good_rows_leaves_nothing_either(oak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scanning, "SCANNED_ROWS", 2)
    rows = "".join(f"ann.b,{int(ID) + 2 * n}\n" for n in range(5))
    with organization_scope(oak):
        with pytest.raises(NotALegacyExport, match="Row 7, column 2"):
            bring_in(tmp_path, f'handle,video_id\n{rows}tom,"{OTHER}\n')
        assert not Video.objects.exists()


def test_a_stream_and_a_file_that_is_not_there_are_refused(oak, tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with organization_scope(oak):
        for path, message in ((pipe, "Save the export as a file first"), (tmp_path / "none", "No such file")):  # fmt: skip
            with pytest.raises(NotALegacyExport, match=message):
                import_legacy_export(path, campaign_name="Spring", actor=None)


def test_a_stored_file_whose_content_has_gone_is_said(oak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scanning, "SCANNED_ROWS", 1)

    def lose(job: Job) -> None:
        contents().delete(File.objects.get().path)

    with organization_scope(oak):
        with pytest.raises(NotALegacyExport, match="The file is no longer there"):
            bring_in(tmp_path, table(), progress=lose)


def test_a_column_settles_the_marks_of_its_own_values_only(oak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scanning, "SCANNED_ROWS", 1)
    with organization_scope(oak):
        result = bring_in(
            tmp_path,
            "handle,video_id,views,likes,engagement_rate\n"
            f"ann.b,{ID},1.234M,,1.234%\ntom_t,{OTHER},1.9M,,1.5%\nann.b,{ID[:-2]}97,,1.234M,\n",
            mapping=ColumnMapping(collected_at="2025-05-22"),
        )
        assert list(result.refused.values_list("line", "reason")) == [
            (4, "likes “1.234M” can be read as 1,234,000 or 1,234,000,000")
        ]
        assert Video.objects.get(tiktok_video_id=ID).video_views == 1_234_000


def test_the_command_maps_columns_and_says_which_were_left_out(oak, tmp_path, capsys) -> None:
    file, mapping = tmp_path / "konten.tsv", tmp_path / "map.json"
    file.write_text(f"Konto\tBeitrag\tAufrufe\tFarbe\nann.b\t{ID}\t7\trot\n", encoding="utf-8")
    mapping.write_text(
        json.dumps(
            {
                "columns": {"konto": "handle", "Beitrag": "video_id", "Aufrufe": "views"},
                "collected_at": "2025-05-22",
            }
        )
    )
    call_command("import_legacy", str(file), organization="oak", mapping=mapping)
    said = capsys.readouterr()
    assert "Columns that were not imported: Farbe." in said.err
    assert said.out.startswith("1 rows: 1 new")
    with organization_scope(oak):
        video = Video.objects.get()
        assert (video.video_views, video.counts_fetched_at) == (7, datetime(2025, 5, 22, tzinfo=UTC))  # fmt: skip


@pytest.mark.parametrize("content", ["{", '{"rows": {}}'])
def test_a_mapping_that_cannot_be_read_ends_the_command(oak, tmp_path, content) -> None:
    file, mapping = tmp_path / "export.csv", tmp_path / "map.json"
    file.write_text(table())
    mapping.write_text(content)
    with pytest.raises(CommandError, match=r"^Nothing was imported\. The mapping file "):
        call_command("import_legacy", str(file), organization="oak", mapping=mapping)


# --- pictures ---
def test_pictures_of_a_folder_become_files_of_the_old_source(oak, tmp_path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (900, 1600), "teal").save(folder / "cover.jpg")
    (folder / "broken.png").write_bytes(b"no picture")
    content = json_lines(
        {"handle": "ann.b", "video_id": ID, "image": "cover.jpg", "avatar": "cover.jpg"},
        {"handle": "ann.b", "video_id": OTHER, "image": "https://cdn.example/1.jpg"},
        {"handle": "tom_t", "video_id": f"{ID[:-2]}97", "image": "none.jpg"},
        {"handle": "tom_t", "video_id": f"{ID[:-2]}95", "image": "broken.png"},
        {"handle": "tom_t", "video_id": f"{ID[:-2]}93", "image": "../export.csv"},
    )
    with organization_scope(oak):
        result = bring_in(tmp_path, content, pictures=folder)
        assert (result.new, result.refused_count, result.pictures_left_out) == (5, 0, 0)
        file = File.objects.get(kind="legacy_picture")
        address = f"/o/oak/files/{file.key}/picture/"
        assert Video.objects.get(tiktok_video_id=ID).thumbnail_url == address
        assert Creator.objects.get(handle="ann.b").profile_image == address
        assert Video.objects.get(tiktok_video_id=OTHER).thumbnail_url == "https://cdn.example/1.jpg"
        with contents().open(file.path) as opened:
            assert Image.open(opened).size == (405, 720)
        assert [str(remark) for remark in result.remarks] == [
            "line 3: picture “none.jpg” is not in the folder of pictures",
            "line 4: picture “broken.png” was not taken in: This type of file is not accepted. Accepted types: PNG, JPG, WEBP.",
            "line 5: picture “../export.csv” is outside of the folder of pictures",
        ]

        assert bring_in(tmp_path, content, pictures=folder).unchanged == 5
        assert File.objects.count() == 1


def test_without_a_folder_pictures_are_left_out_and_counted(oak, tmp_path, capsys) -> None:
    file = tmp_path / "export.csv"
    file.write_text(f"handle,video_id,image\nann.b,{ID},a.jpg\nann.b,{OTHER},b.jpg\n")
    call_command("import_legacy", str(file), organization="oak")
    assert "2 pictures were left out: name their folder with --pictures." in capsys.readouterr().err
    with organization_scope(oak):
        assert not File.objects.exists()


# --- the real thing ---
@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
def test_an_export_comes_in_as_it_is_and_twice_changes_nothing(oak, export) -> None:
    rows = list(csv.DictReader(io.StringIO(export.read_text(encoding="utf-8"), newline="")))
    with organization_scope(oak):
        result = import_legacy_export(export, campaign_name="Past", actor=None)
        assert result.kept + result.refused_count == len(rows)
        assert result.refused_count == LegacyRemark.objects.count() < len(rows) / 50
        assert result.unmapped == ["hashtags", "duration", "saves"]
        assert Video.objects.count() == result.new == VideoSnapshot.objects.count()
        assert Influencer.objects.count() == Creator.objects.count() == result.accounts

        again = import_legacy_export(export, campaign_name="Past", actor=None)
        assert (again.new, again.updated, again.unchanged) == (0, 0, result.new)
        assert Job.objects.count() == 2
