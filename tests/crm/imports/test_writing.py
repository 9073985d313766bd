"""An import writes what its preview showed, in slices, and nothing else."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import Network
from crm.errors import TableRefused
from crm.models import (
    AccountReading,
    AwaitedAccount,
    Import,
    ImportRow,
    Influencer,
    ListEntry,
    OtherAddress,
    Rate,
    SocialAccount,
    Tagging,
)
from crm.services.accounts import add_tiktok_account
from crm.services.connections.asking import ask_handle_to_connect
from crm.services.imports.runs import begin_import, cancel_import, discard_import
from files.models import File
from jobs.enums import JobState, Lane
from jobs.models import Work
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
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
)
from tests.factories.crm import TikTokAccountFactory
from tests.tiktok.creators.test_handles import was_called
from tests.working import pump
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
FULL = (
    "Name,E-mail,Other e-mails,Phone,Country,City,Birthday,Tags,Lists,Instagram,Instagram followers,Rate TikTok\n"
    'Maya,maya@example.com,m2@example.com,0664 1234567,AT,Graz,1990-02-03,"food, vegan",Spring,@Maya.B,1.2M,150 EUR\n'
)


def test_everything_of_a_row_is_written(ada) -> None:
    parent = imported(FULL, ada)
    maya = everybody()["Maya"]
    assert (maya.email, maya.phone, maya.country, maya.city, str(maya.birthday)) == (
        "maya@example.com", "+436641234567", "AT", "Graz", "1990-02-03",
    )  # fmt: skip
    assert OtherAddress.objects.get().email == "m2@example.com"
    assert sorted(t.tag.name for t in Tagging.objects.all()) == ["food", "vegan"]
    assert ListEntry.objects.get().list.name == "Spring"
    account = SocialAccount.objects.get()
    assert (account.network, account.handle, account.influencer) == ("instagram", "maya.b", maya)
    reading = AccountReading.objects.get()
    assert (reading.account, reading.followers, reading.source, reading.posts) == (
        account,
        1_200_000,
        "import",
        None,
    )
    assert (str(Rate.objects.get().amount), Rate.objects.get().currency) == ("150.00", "EUR")
    assert parent.written == {"new": 1, "update": 0}
    verbs = Event.objects.values_list("verb", flat=True)
    assert {"influencer.imported", "import.started", "import.finished"} <= set(verbs)


def test_an_update_writes_the_changed_fields_alone(ada) -> None:
    imported(FULL, ada)
    second = FULL.replace("Graz", "Wien").replace("food, vegan", "travel").replace("1.2M", "1.3M")
    parent = imported(second, ada)
    assert parent.written == {"new": 0, "update": 1}
    maya = everybody()["Maya"]
    assert maya.city == "Graz"  # filled only where it is empty
    assert sorted(t.tag.name for t in Tagging.objects.all()) == ["food", "travel", "vegan"]
    assert [r.followers for r in AccountReading.objects.order_by("pk")] == [1_200_000, 1_300_000]
    assert previewed(second, ada).counts == {"unchanged": 1}


def test_the_file_and_the_cells_go_once_the_rows_are_written(ada) -> None:
    parent = imported("Name,E-mail\nMaya,maya@example.com\nOle,nobody\n", ada)
    assert parent.file is None
    assert not File.objects.exists()
    assert [row.cells for row in parent.rows.order_by("number")] == [[], ["Ole", "nobody"]]


def test_who_was_added_or_changed_since_the_preview_is_left_out_with_the_reason(ada) -> None:
    ole = Influencer.objects.create(name="Ole", email="ole@example.com")
    parent = previewed(
        "Name,E-mail,City\nMaya,maya@example.com,Graz\nOle,ole@example.com,Oslo\n", ada
    )
    Influencer.objects.create(name="Somebody", email="maya@example.com")
    Influencer.objects.filter(pk=ole.pk).update(city="Bergen")
    begin_import(parent, actor=ada)
    finish()
    assert fates(parent) == [(2, "error"), (3, "error")]
    assert [reason[:23] for _, reason in reasons(parent)] == ["Since the preview someb"] * 2
    assert (Influencer.objects.count(), Influencer.objects.get(pk=ole.pk).city) == (2, "Bergen")


def test_a_cancelled_import_keeps_what_is_written_and_can_be_continued(ada, monkeypatch) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.WRITTEN_ROWS", 2)
    rows = "".join(f"N{n},n{n}@example.com\n" for n in range(5))
    parent = previewed(f"Name,E-mail\n{rows}", ada)
    begin_import(parent, actor=ada)
    pump(Lane.BULK)
    cancel_import(fresh(parent))
    finish()
    parent = fresh(parent)
    assert (parent.job.state, Influencer.objects.count(), parent.imported_at) == (
        JobState.CANCELLED,
        2,
        None,
    )
    begin_import(parent, actor=ada)
    finish()
    parent = fresh(parent)
    assert (parent.job.state, Influencer.objects.count(), parent.written) == (
        JobState.DONE, 5, {"new": 5, "update": 0},
    )  # fmt: skip


def test_a_click_doubled_writes_once(ada) -> None:
    parent = previewed(FULL, ada)
    begin_import(parent, actor=ada)
    with pytest.raises(TableRefused):
        begin_import(parent, actor=ada)
    finish()
    assert Influencer.objects.count() == 1


def test_a_discarded_import_leaves_nothing(ada) -> None:
    parent = previewed(FULL, ada)
    discard_import(parent)
    assert not Import.objects.exists()
    assert not File.objects.exists()
    assert not Work.objects.filter(kind="crm.import_forget").exists()


def test_an_import_is_forgotten_after_thirty_days(ada) -> None:
    imported(FULL, ada)
    work = Work.objects.get(kind="crm.import_forget")
    assert timedelta(days=29) < work.due_at - timezone.now() < timedelta(days=31)
    Work.objects.filter(pk=work.pk).update(due_at=timezone.now())
    finish()
    assert not Import.objects.exists()
    assert not ImportRow.objects.exists()
    assert Influencer.objects.count() == 1


def test_erasing_an_influencer_reaches_the_rows_and_the_file(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = previewed(
        "Name,E-mail,City\nM,maya@example.com,Graz\nM.,maya@example.com,\nOle,o@example.com,\n", ada
    )
    maya.delete()
    assert [row.number for row in parent.rows.all()] == [4]
    assert not File.objects.exists()
    assert fresh(parent).file is None


def test_erasing_a_new_influencer_reaches_the_duplicates_of_their_row(ada) -> None:
    parent = imported("Name,E-mail\nMaya,maya@example.com\nM.,maya@example.com\n", ada)
    everybody()["Maya"].delete()
    assert not parent.rows.exists()


# --- TikTok ---
TIKTOK = "Name,TikTok,E-mail\nMaya,@maya.bakes,m@example.com\nNoa,@noa.winter,n@example.com\n"


def test_tiktok_accounts_are_looked_up_after_the_import_and_written_once_they_are_in(
    ada, tiktok
) -> None:
    parent = imported(TIKTOK, ada)
    assert [row.tiktok_status for row in parent.rows.order_by("number")] == ["in", "not_in"]
    account = SocialAccount.objects.get()
    assert (account.handle, account.influencer.name) == ("maya.bakes", "Maya")
    assert Work.objects.filter(kind="profile", subject_id=account.creator_id).exists()
    awaited = AwaitedAccount.objects.get()
    assert (awaited.handle, awaited.status, awaited.influencer.name) == (
        "noa.winter",
        "not_in",
        "Noa",
    )
    assert not Creator.objects.filter(handle="noa.winter").exists()


def test_whom_tiktok_renamed_since_they_were_added_stays_one_influencer(ada, tiktok) -> None:
    old = add_tiktok_account("maya.bakes", actor=None).account.influencer
    was_called("maya.cakes")
    Creator.objects.update(marketplace_status="invalid")
    parent = imported("Name,TikTok,E-mail\nMaya F.,@maya.bakes,maya@example.com\n", ada)
    assert Influencer.objects.get() == old
    old.refresh_from_db()
    assert old.email == "maya@example.com"
    assert (SocialAccount.objects.get().handle, AwaitedAccount.objects.count()) == ("maya.bakes", 0)
    assert [(row.fate, row.tiktok_status) for row in parent.rows.all()] == [("update", "in")]
    rolled_back(parent, ada)
    assert Influencer.objects.get() == old  # undoing the merge takes them apart


def test_an_account_that_somebody_adds_while_it_is_looked_up_stays_with_one(ada, tiktok) -> None:
    parent = previewed("Name,TikTok\nMaya,@maya.bakes\n", ada)
    begin_import(parent, actor=ada)
    while not Influencer.objects.exists():
        pump(Lane.BULK)
    other = TikTokAccountFactory.create(
        creator__handle="maya.bakes", influencer__name="M"
    ).influencer
    finish()
    assert Influencer.objects.get() == other


def test_two_who_sign_in_are_not_merged_by_an_import(ada, tiktok) -> None:
    parent = previewed("Name,TikTok\nMaya,@maya.bakes\n", ada)
    begin_import(parent, actor=ada)
    while not Influencer.objects.exists():
        pump(Lane.BULK)
    people = [User.objects.create_user(f"{name}@x.example") for name in "ab"]
    Influencer.objects.update(person=people[0])
    TikTokAccountFactory.create(creator__handle="maya.bakes", influencer__person=people[1])
    finish()
    assert (Influencer.objects.count(), parent.rows.get().fate) == (2, "new")


def test_forty_five_handles_are_three_calls(ada, tiktok) -> None:
    rows = "".join(f"N{n},@somebody_{n}\n" for n in range(45))
    tiktok.control("stats")
    imported(f"Name,TikTok\n{rows}", ada)
    calls = tiktok.read("stats")["calls"]
    assert [count for path, count in calls.items() if "status" in path] == [[3]] or sum(
        count if isinstance(count, int) else sum(count) for path, count in calls.items() if "status" in path
    ) == 3  # fmt: skip


def test_a_preview_asks_tiktok_nothing(ada, tiktok) -> None:
    tiktok.control("stats")
    previewed(TIKTOK, ada)
    assert tiktok.read("stats")["calls"] == {}


def test_a_handle_that_is_not_in_keeps_one_influencer_however_often_it_is_imported(
    ada, tiktok
) -> None:
    content = "Name,TikTok\nNoa,@noa.winter\n"
    imported(content, ada)
    assert previewed(content, ada).counts == {"unchanged": 1}
    imported(content, ada)
    assert Influencer.objects.count() == 1


def test_who_is_asked_to_connect_an_awaited_handle_stays_the_same_influencer(ada, tiktok) -> None:
    imported("Name,TikTok\nNoa,@noa.winter\n", ada)
    asked = ask_handle_to_connect("@noa.winter", email="noa@example.com", actor=ada)
    assert (asked.influencer, Influencer.objects.count()) == (everybody()["Noa"], 1)


def test_without_an_answer_the_lookup_says_why_and_can_be_repeated(ada, oak, tiktok) -> None:
    from tiktok.models import MarketplaceAccount

    MarketplaceAccount.objects.all().delete()
    parent = imported(TIKTOK, ada)
    assert parent.lookup_job.state == JobState.FAILED
    assert parent.lookup_job.problem
    assert AwaitedAccount.objects.count() == 2
    assert set(AwaitedAccount.objects.values_list("status", flat=True)) == {
        MarketplaceStatus.UNKNOWN
    }


# --- pages ---
def test_the_rows_left_out_come_back_as_the_same_table_with_reasons(
    oak: Organization, ada, manager: Client
) -> None:
    parent = imported('Name,E-mail,TikTok\nMaya,=1+1,@maya\nOle,"a;b@",\n', ada)
    with organization_scope(oak):
        answer = manager.get(f"/o/oak/influencers/import/{parent.pk}/left-out/")
        text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Name", "E-mail", "TikTok", "Row", "Reason"]
    assert rows[1][:4] == ["Maya", "'=1+1", "'@maya", "2"]
    assert rows[1][4] == "Column E-mail: is no e-mail address."
    again = previewed(text.replace("'=1+1", "maya@example.com"), ada)
    assert the_row(again, 2).values["account.tiktok"] == "maya"


def test_a_viewer_sees_no_import(oak: Organization, ada, signed_in) -> None:
    parent = previewed(FULL, ada)
    viewer = signed_in(Role.VIEWER)
    for address in ("", f"{parent.pk}/", f"{parent.pk}/left-out/"):
        assert viewer.get(f"/o/oak/influencers/import/{address}").status_code == 403
    assert viewer.post("/o/oak/influencers/import/", {"file": upload(FULL)}).status_code == 403
    assert "Import creators" not in viewer.get("/o/oak/influencers/").content.decode()


def test_another_network_s_account_is_validated_and_unique(ada) -> None:
    imported("Name,YouTube\nMaya,https://www.youtube.com/@MayaBakes?x=1\n", ada)
    account = SocialAccount.objects.get()
    assert (account.network, account.account_type, account.handle) == (
        Network.YOUTUBE, "youtube_channel", "mayabakes",
    )  # fmt: skip
    assert previewed("Name,YouTube\nM,youtube.com/@mayabakes\n", ada).counts == {"unchanged": 1}
