"""Each row's fate is known before anything is written."""

from __future__ import annotations

from datetime import date

import pytest

from crm.enums import FieldKind, Network
from crm.models import CustomField, Influencer, OtherAddress, SocialAccount, Tag, Tagging
from crm.services.imports.runs import map_columns, read_otherwise
from tenancy.models import Group
from tests.crm.imports.conftest import (
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    the_row,
    workbook,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


def mapped(content: str | bytes, ada, name: str = "roster.csv") -> dict[str, str]:
    return {column["name"]: column["field"] for column in previewed(content, ada, name).columns}


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        ("Name,City\nZoë,Graz\n".encode(), ("utf-8-sig", ",")),
        ("\ufeffName;City\nZoë;Graz\n".encode(), ("utf-8-sig", ";")),
        ("Name\tCity\nZoë\tGraz\n".encode("utf-16"), ("utf-16", "\t")),
        ("Name|City\nZoë|Graz\n".encode(), ("utf-8-sig", "|")),
        ("sep=;\nName;City\nZoë;Graz\n".encode(), ("utf-8-sig", ";")),
        ("Name;City\nZoë Müller;Köln\nJosé;Besançon\nRenée;Málaga\n".encode("cp1252"), ("cp1252", ";")),
        ('Name,City\n"Zoë\nM.","Graz, St. Peter"\n'.encode(), ("utf-8-sig", ",")),
    ],
)  # fmt: skip
def test_any_usual_delimiter_and_encoding_is_found(ada, content, layout) -> None:
    parent = previewed(content, ada)
    assert (parent.encoding, parent.delimiter) == layout
    row = parent.rows.order_by("number").first()
    assert row.values["name"].startswith("Zoë")
    assert "error" not in parent.counts


def test_a_workbook_is_read_with_its_types(ada) -> None:
    content = workbook(
        ["Name", "Birthday", "Instagram", "Instagram followers", "City"],
        ["Maya", date(1990, 2, 3), "maya", 65099.99999999999, ""],
        ["Ole", "", "ole", 1234, "Graz"],
    )
    parent = previewed(content, ada, "roster.xlsx")
    assert the_row(parent, 2).values == {
        "name": "Maya",
        "birthday": "1990-02-03",
        "account.instagram": "maya",
        "instagram.followers": 65100,
    }
    assert the_row(parent, 3).values["instagram.followers"] == 1234


def test_headers_name_their_fields_in_several_languages(ada) -> None:
    CustomField.objects.create(name="Diät", key="diet", kind=FieldKind.TEXT)
    assert mapped(
        "Vollständiger Name;E-Mail-Adresse;Land;Insta;IG followers;Diät;Notiz\na;;;;;;\n", ada
    ) == {
        "Vollständiger Name": "name",
        "E-Mail-Adresse": "email",
        "Land": "country",
        "Insta": "account.instagram",
        "IG followers": "instagram.followers",
        "Diät": "custom.diet",
        "Notiz": "",
    }


def test_a_file_s_name_says_which_network_it_is_about(ada) -> None:
    found = mapped("channel_info,followers\nmaya,1200\n", ada, "instagram_top.csv")
    assert found == {"channel_info": "account.instagram", "followers": "instagram.followers"}
    assert mapped("channel_info,followers\nmaya,1200\n", ada, "top.csv")["channel_info"] == ""


def test_followers_beside_a_tiktok_account_alone_are_left_to_tiktok(ada) -> None:
    assert mapped("TikTok,Followers\nmaya,1200\n", ada) == {
        "TikTok": "account.tiktok",
        "Followers": "",
    }


def test_a_mapping_is_remembered_for_the_same_header(ada) -> None:
    parent = previewed("Person,Mail\nMaya,maya@example.com\n", ada, "spring.csv")
    map_columns(
        parent,
        [{"field": "name", "policy": "overwrite"}, {"field": "email", "policy": "skip"}],
        actor=ada,
    )
    finish()
    from crm.services.imports.runs import begin_import

    begin_import(fresh(parent), actor=ada)
    finish()
    again = previewed("person, MAIL\nOle,ole@example.com\n", ada, "winter.csv")
    assert again.remembered_from == "spring.csv"
    assert [(c["field"], c["policy"]) for c in again.columns] == [
        ("name", "overwrite"),
        ("email", "skip"),
    ]


def test_rows_are_matched_by_e_mail_account_phone_and_further_address(ada) -> None:
    ids = [Influencer.objects.create(name=name).pk for name in "abcd"]
    Influencer.objects.filter(pk=ids[0]).update(email="a@example.com")
    SocialAccount.objects.create(
        influencer_id=ids[1], network=Network.INSTAGRAM, account_type="instagram", handle="b.b"
    )
    Influencer.objects.filter(pk=ids[2]).update(phone="+49305550188")
    OtherAddress.objects.create(influencer_id=ids[3], email="d@example.com")
    parent = previewed(
        "Name,E-mail,Instagram,Phone,City\n"
        "x,A@Example.com,,,Graz\nx,,https://www.instagram.com/B.B/?hl=de,,Graz\nx,,,+49 30 5550188,Graz\n"
        "x,d@example.com,,,Graz\nnew,e@example.com,,,Graz\n",
        ada,
    )  # fmt: skip
    assert [row.influencer_id for row in parent.rows.order_by("number")] == [*ids, None]
    assert [fate for _, fate in fates(parent)] == ["update"] * 4 + ["new"]


def test_a_row_about_two_influencers_is_an_error(ada) -> None:
    Influencer.objects.create(name="a", email="a@example.com")
    Influencer.objects.create(name="b", phone="+49305550188")
    parent = previewed("Name,E-mail,Phone\nx,a@example.com,+49 30 5550188\n", ada)
    assert reasons(parent) == [["", "The row is about 2 creators at once. Merge them first."]]


def test_duplicates_in_the_file_name_the_first_row(ada) -> None:
    Influencer.objects.create(name="Ole", email="ole@example.com", phone="+49305550188")
    parent = previewed(
        "Name,E-mail,Phone,Instagram\nMaya,maya@example.com,,m\nM.,,,m\nOle,ole@example.com,,\nO.,,+49 30 5550188,\n"
        "Solo,,,\nSOLO,,,\n",
        ada,
    )  # fmt: skip
    assert [(r.number, r.fate, r.duplicate_of) for r in parent.rows.order_by("number")] == [
        (2, "new", None), (3, "duplicate", 2), (4, "unchanged", None), (5, "duplicate", 4),
        (6, "new", None), (7, "duplicate", 6),
    ]  # fmt: skip


def test_a_wrong_row_is_nobody_s_first(ada) -> None:
    parent = previewed(
        "Name,E-mail,Country\nMaya,maya@example.com,Atlantis\nMaya,maya@example.com,AT\n", ada
    )
    assert fates(parent) == [(2, "error"), (3, "new")]


def test_each_policy_says_what_happens_to_a_value_that_is_there(ada) -> None:
    Influencer.objects.create(name="Maya", email="maya@example.com", city="Graz")
    parent = previewed("E-mail,City,Country\nmaya@example.com,Wien,AT\n", ada)
    assert the_row(parent, 2).changes == {"country": ["", "AT"]}
    chosen = [{"field": c["field"], "policy": "overwrite"} for c in parent.columns]
    map_columns(parent, chosen, actor=ada)
    finish()
    assert the_row(parent, 2).changes == {"city": ["Graz", "Wien"], "country": ["", "AT"]}
    map_columns(parent, [{**each, "policy": "skip"} for each in chosen], actor=ada)
    finish()
    assert fates(fresh(parent)) == [(2, "unchanged")]


def test_a_name_that_the_row_does_not_hold_replaces_none(ada) -> None:
    Influencer.objects.create(name="Maya Ferrand", email="maya@example.com")
    parent = previewed("Name,E-mail\n,maya@example.com\n", ada)
    map_columns(
        parent,
        [{"field": "name", "policy": "overwrite"}, {"field": "email", "policy": "overwrite"}],
        actor=ada,
    )
    finish()
    assert fates(fresh(parent)) == [(2, "unchanged")]


def test_tags_are_spelled_as_they_are_kept_and_only_added(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    tag = Tag.objects.create(name="Café")
    Tagging.objects.create(influencer=maya, tag=tag)
    parent = previewed('E-mail,Tags\nmaya@example.com,"CAFE; vegan, Vegan"\n', ada)
    assert the_row(parent, 2).changes["tags"][0] == ["Café"]
    assert the_row(parent, 2).changes["tags"][1][:2] == ["Café", "vegan"]


def test_an_ambiguous_mark_is_asked_for_and_decided_for_the_file(ada) -> None:
    content = 'Name,TikTok rate per video\nMaya,"1,234 EUR"\nOle,EUR 15\n'
    parent = previewed(content, ada)
    assert (parent.ambiguous_count, fates(parent)) == (1, [(2, "error"), (3, "new")])
    for mark, amount in ((".", "1234.00"), (",", None)):
        read_otherwise(parent, encoding="utf-8-sig", delimiter=",", decimal_mark=mark, actor=ada)
        finish()
        values = the_row(parent, 2).values
        assert (values["rate.tiktok.video"] == [amount, "EUR"]) if amount else (values == {})
    assert reasons(parent)[0][1] == "is no amount of money."  # 1.234 has three decimals


def test_another_value_of_the_file_proves_its_marks(ada) -> None:
    content = "Name;Instagram;Instagram followers\nMaya;m;1.234\nOle;o;1,2 Mio.\n"
    parent = previewed(content, ada)
    assert parent.proven_marks == ","
    assert [r.values["instagram.followers"] for r in parent.rows.order_by("number")] == [
        1234,
        1_200_000,
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("475.8m", 475_800_000), ("12.3万", 123_000), ("1,2M", 1_200_000), ("65099.99999999999", 65_100),
     ("184,2 Tsd.", 184_200), ("1 234 567", 1_234_567), ("１２３", 123), ("3.5億", 350_000_000)],
)  # fmt: skip
def test_numbers_are_read_however_they_are_written(ada, text, count) -> None:
    parent = previewed(f'Name,Instagram,Instagram followers\nMaya,m,"{text}"\n', ada)
    assert the_row(parent, 2).values["instagram.followers"] == count


def test_countries_languages_and_groups_are_known_by_name(ada) -> None:
    group = Group.objects.create(name="North", key="north")
    parent = previewed(
        "Name,Country,Language,Group,Owner,Time zone\nMaya,CÃ´te d'Ivoire,Deutsch,NORTH,ada@oak.example,europe/berlin\n",
        ada,
    )
    assert the_row(parent, 2).values == {
        "name": "Maya", "country": "CI", "language": "de", "group": group.pk, "owner": ada.pk,
        "time_zone": "Europe/Berlin",
    }  # fmt: skip


def test_custom_fields_are_read_by_their_kind(ada) -> None:
    for kind in FieldKind:
        CustomField.objects.create(name=f"My {kind}", key=kind, kind=kind, options=["Red", "Blue"])
    parent = previewed(
        "Name;My text;My number;My money;My date;My choice;My multi_choice;My url;My yes_no\n"
        "Maya;Hi;-1.150,5;12,50 €;31.12.2025;RED;blue|Red;example.com/x;ja\n",
        ada,
    )
    assert reasons(parent) == []
    values = the_row(parent, 2).values
    assert {key.partition(".")[2]: value for key, value in values.items() if key != "name"} == {
        "text": "Hi", "number": "-1150.5", "money": ["12.50", "EUR"], "date": "2025-12-31", "choice": "Red",
        "multi_choice": ["Red", "Blue"], "url": "https://example.com/x", "yes_no": True,
    }  # fmt: skip


def test_the_real_file_is_read_and_the_same_file_twice_changes_nothing(ada) -> None:
    rows = ["rank,channel_info,posts,followers,avg_likes,60_day_eng_rate,total_likes,country"]
    rows += [f"{n},user{n},3.3k,475.8m,8.7m,1.39%,29.0b,Spain" for n in range(50)]
    content = "\n".join(rows)
    first = imported(content, ada, "instagram_top_accounts.csv")
    assert first.written == {"new": 50, "update": 0}
    again = previewed(content, ada, "instagram_top_accounts.csv")
    assert again.counts == {"unchanged": 50}


def test_a_long_file_is_read_in_slices_and_its_duplicates_found_across_them(
    ada, monkeypatch
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TEXT_ROWS", 7)
    lines = [f'"Zoë\n{n}",zoe{n % 40}@example.com' for n in range(50)]
    parent = previewed("Name,E-mail\n" + "\n".join(lines) + "\n", ada)
    assert parent.counts == {"new": 40, "duplicate": 10}
    assert the_row(parent, 45).duplicate_of == 5
