"""The ledger outside of the database: written once, believed only if signed, and replayed before a restored site is ready."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg import sql

from crm.enums import ReceiptState
from crm.models import Influencer, Note, Receipt
from crm.services.erasure.people import ERASE, ask_erasure
from crm.services.erasure.receipts import digest_of
from files.enums import LedgerKind
from files.models import LedgerEntry
from files.services.ledger import note, read_entry, unknown_entries, write_entries
from files.store import ledger
from files.tasks import write_ledger
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.buckets import in_a_bucket
from tests.conftest import ADMIN
from tests.connecting import a_person
from tests.factories.campaigns import a_video, an_account
from tests.mailing import sent_mail
from tests.working import pump, pump_kind
from tiktok.enums import Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun, Video
from tiktok.services.legacy.purging import PurgePaused, run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft, verify_receipt

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = ("crm_", "campaigns_", "tiktok_creator", "tiktok_video", "tenancy_user", "files_file")


def ready() -> tuple[int, str]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["ledger"]


# --- entries -----------------------------------------------------------------------------------------------------
def test_an_entry_is_written_with_the_commit_once_and_signed() -> None:
    with transaction.atomic():
        note(LedgerKind.PURGED, "P-1", {"organization": 1})
        assert not ledger().exists("purged/P-1")
    held = json.loads(ledger().open("purged/P-1").read())
    assert (held["name"], held["content"]) == ("purged/P-1", {"organization": 1})
    entry = read_entry("purged/P-1")
    assert entry is not None
    assert (entry.kind, entry.number, entry.content) == (
        LedgerKind.PURGED,
        "P-1",
        {"organization": 1},
    )

    note(LedgerKind.PURGED, "P-1", {"organization": 2})  # never written over
    assert json.loads(ledger().open("purged/P-1").read()) == held
    row = LedgerEntry.objects.get()
    assert (row.content, str(row)) == ({}, "purged/P-1")
    assert unknown_entries() == []


def test_in_a_folder_an_entry_is_a_file_that_our_own_user_alone_reads(tmp_path, settings) -> None:
    folder = {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": tmp_path / "ledger"}}
    settings.STORAGES = {**settings.STORAGES, "ledger": folder}
    assert ready() == (200, "ok")
    note(LedgerKind.PURGED, "P-1", {"organization": 1})
    path = tmp_path / "ledger/purged/P-1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_entry("purged/P-1") is not None
    assert ready() == (200, "ok")
    LedgerEntry.objects.all().delete()
    assert ready() == (503, "failed")


def test_what_is_rolled_back_is_not_written() -> None:
    with transaction.atomic():
        note(LedgerKind.PURGED, "P-1", {})
        transaction.set_rollback(True)
    write_entries()
    assert ledger().exists("purged/P-1") is False
    assert read_entry("purged/P-1") is None


def test_a_store_that_is_away_is_written_to_by_the_next_round(monkeypatch) -> None:
    def refuse(*_: Any) -> str:
        raise OSError("away")

    with monkeypatch.context() as away:
        away.setattr(type(ledger()), "save", refuse)
        note(LedgerKind.PURGED, "P-1", {"organization": 1})  # the cause itself is not lost
    assert not ledger().exists("purged/P-1")
    write_ledger()
    assert read_entry("purged/P-1") is not None


def test_an_entry_that_was_written_before_its_mark_was_lost_is_left_as_it_is() -> None:
    note(LedgerKind.PURGED, "P-1", {"organization": 1})
    LedgerEntry.objects.update(written_at=None, content={"organization": 2})
    write_entries()
    entry = read_entry("purged/P-1")
    assert entry is not None
    assert entry.content == {"organization": 1}
    assert LedgerEntry.objects.exclude(written_at=None).count() == 1


@pytest.mark.parametrize(
    "held",
    [b"no JSON", b"[]", b"{}", b'{"name": "purged/P-1", "content": {}, "signature": "forged"}'],
)
def test_an_entry_that_we_did_not_sign_is_not_replayed_and_the_site_stays_unready(held) -> None:
    ledger().save("purged/P-1", ContentFile(held))
    assert ready() == (503, "failed")
    with pytest.raises(CommandError, match="entry purged/P-1 was not signed by this installation"):
        call_command("replay_ledger")
    assert ready() == (503, "failed")


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError("The bucket did not answer.")


def test_a_ledger_that_does_not_answer_makes_nobody_ready(monkeypatch) -> None:
    assert ready() == (200, "ok")
    monkeypatch.setattr(type(ledger()), "listdir", refuse)
    assert ready() == (503, "failed")
    with pytest.raises(
        CommandError, match=r"does not answer \(The bucket did not answer\.\)\. Run"
    ):
        call_command("replay_ledger")


# --- a receipt and its entry -------------------------------------------------------------------------------------
@pytest.fixture
def purged(elm: Organization) -> PurgeReceipt:
    with organization_scope(elm):
        return purge()


def purge() -> PurgeReceipt:
    a_video(an_account("old.one"), "1", source=Source.LEGACY, counts_source=Source.LEGACY)
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    return run_purge(start_purge(actor=None))


def test_a_receipt_holds_only_with_its_entry_in_the_ledger(elm, purged) -> None:
    name = f"purged/{purged.number}"
    with organization_scope(elm):
        assert verify_receipt(purged, actor=None).holds
        written = ledger().open(name).read()
        ledger().delete(name)
        assert (
            "the ledger outside of the database does not have it"
            in verify_receipt(purged, actor=None).sentence
        )
        ledger().save(name, ContentFile(written.replace(b"elm", b"oak")))
        assert (
            "was not signed by this installation, or was changed"
            in verify_receipt(purged, actor=None).sentence
        )
        ledger().delete(name)
        LedgerEntry.objects.all().delete()
        other = {"receipt": {"sha256": "another"}}
        note(LedgerKind.PURGED, purged.number, other)
        assert "has another text of it" in verify_receipt(purged, actor=None).sentence


def test_a_storage_that_is_away_ends_the_commands_with_a_sentence(
    elm, oak, purged, monkeypatch
) -> None:
    monkeypatch.setattr("tiktok.services.legacy.receipts.orphans", refuse)
    with pytest.raises(CommandError, match="so nothing is proven"):
        call_command("verify_purge", purged.number)
    with organization_scope(oak):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
    monkeypatch.setattr("tiktok.services.legacy.receipts.delete_orphans", refuse)
    with pytest.raises(CommandError, match=r"What is done was kept\. Run the command again"):
        call_command("migrate_legacy", "--organization", "oak", "--purge")
    with organization_scope(oak):
        assert (PurgeRun.objects.get().state, PurgeReceipt.objects.count()) == ("running", 0)


def test_a_receipt_that_waits_to_be_written_holds(elm, purged) -> None:
    ledger().delete(f"purged/{purged.number}")
    LedgerEntry.objects.update(written_at=None)
    with organization_scope(elm):
        assert verify_receipt(purged, actor=None).holds


def test_a_row_that_a_superuser_brings_past_the_gate_breaks_the_receipt(
    elm, purged, capsys
) -> None:
    with organization_scope(elm):
        video = a_video(an_account("tom.t"), "2")
        assert verify_receipt(purged, actor=None).holds
    with psycopg.connect(os.environ[ADMIN], dbname=connection.settings_dict["NAME"]) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE tiktok_video SET source = 'legacy' WHERE id = %s", [video.pk])

    with pytest.raises(SystemExit):
        call_command("verify_purge", purged.number)

    assert "does not hold: 1 found in tiktok_video, 1 found in videos." in capsys.readouterr().err


# --- R7: backup, erase and purge, restore ------------------------------------------------------------------------
class Backup:
    """A copy of the whole database as it is now, which can take its place."""

    def __init__(self) -> None:
        self.name = connection.settings_dict["NAME"]
        self.copy = f"{self.name}_backup"
        self.run(f'DROP DATABASE IF EXISTS "{self.copy}"')
        self.run(f'CREATE DATABASE "{self.copy}" TEMPLATE "{self.name}" OWNER influence_owner')

    def restore(self) -> None:
        self.run(f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self.run(f'ALTER DATABASE "{self.copy}" RENAME TO "{self.name}"')

    def run(self, statement: str) -> None:
        connection.close()
        with psycopg.connect(os.environ[ADMIN], autocommit=True) as admin:
            admin.execute(statement)


def counts() -> dict[str, int]:
    """Rows of every table in which business data stands, whoever's they are."""
    connection.close()
    with psycopg.connect(os.environ[ADMIN], dbname=connection.settings_dict["NAME"]) as admin:
        tables = [
            row[0]
            for row in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return {
            table: admin.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()[0]  # type: ignore[index]  # a statement that always answers with a row
            for table in sorted(tables)
            if table.startswith(KEPT) and table != "campaigns_migrationplan"
        }


def finish_erasure() -> None:
    for _ in range(6):
        Work.objects.filter(kind=ERASE).update(due_at=timezone.now())
        pump_kind(ERASE)
        while pump(Lane.BULK):
            pass
        sent_mail()


@pytest.fixture
def maya(elm: Organization) -> User:
    """An influencer of Elm who has signed in, with a note; Tom stands beside her."""
    person = a_person("maya@example.com", elm, name="Maya Bakes")
    with organization_scope(elm):
        influencer = Influencer.objects.get(person=person)
        Note.objects.create(influencer=influencer, text="Likes sourdough")
        Influencer.objects.create(name="Tom")
    return person


def erased_since_the_backup(maya: User) -> Receipt:
    receipt = ask_erasure(maya, language="en")
    finish_erasure()
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.DONE
    return receipt


@pytest.fixture(params=["memory", "bucket"])
def where_the_ledger_is(request, settings) -> Iterator[None]:
    """The storage of the ledger: that of the other tests, or a bucket, as production has it."""
    if request.param == "memory":
        yield
        return
    with in_a_bucket(settings, "ledger") as objects:
        yield
        assert {name.partition("/")[0] for name in objects} >= {"asked", "erased", "purged"}


@pytest.mark.usefixtures("where_the_ledger_is")
def test_a_restored_installation_is_ready_once_it_has_erased_and_purged_again(elm, maya) -> None:
    with organization_scope(elm):
        a_video(an_account("old.one"), "1", source=Source.LEGACY, counts_source=Source.LEGACY)
        LegacyMigration.objects.create()
    backup = Backup()
    receipt = erased_since_the_backup(maya)
    with organization_scope(elm):
        LegacyMigration.objects.update(cut_over_at=timezone.now())
        purged = run_purge(start_purge(actor=None))
    before, mails = counts(), len(sent_mail())
    assert ready() == (200, "ok")

    backup.restore()
    with organization_scope(elm):
        assert Influencer.objects.filter(name="Maya Bakes").exists()
        assert Video.objects.filter(source=Source.LEGACY).count() == 1
        assert not PurgeReceipt.objects.exists()
    assert ready() == (503, "failed")

    call_command("replay_ledger")

    assert ready() == (200, "ok")
    assert counts() == before
    assert not User.objects.filter(email="maya@example.com").exists()
    again = Receipt.objects.get(number=receipt.number)
    assert (again.digest, again.state, again.person) == (receipt.digest, ReceiptState.DONE, None)
    assert (again.asked_at, again.finished_at) == (receipt.asked_at, receipt.finished_at)
    assert again.digest == digest_of(again)
    assert len(sent_mail()) == mails  # nobody is mailed again
    with organization_scope(elm):
        assert not Influencer.objects.filter(name__contains="Maya").exists()
        assert not Video.objects.filter(source=Source.LEGACY).exists()
        assert PurgeReceipt.objects.count() == 2
        kept = PurgeReceipt.objects.get(number=purged.number)
        assert (kept.issued_at, kept.signature) == (purged.issued_at, purged.signature)
        assert PurgeRun.objects.filter(state="done").count() == 2
    call_command("verify_purge", purged.number)

    LedgerEntry.objects.filter(name__startswith="purged").delete()  # its mark was lost
    call_command("replay_ledger")
    assert counts() == before
    with organization_scope(elm):
        assert PurgeReceipt.objects.count() == 2


def test_a_purge_of_an_organization_that_had_cut_over_before_the_backup_is_run_again(elm) -> None:
    with organization_scope(elm):
        a_video(an_account("old.one"), "1", source=Source.LEGACY, counts_source=Source.LEGACY)
        cut_over_at = timezone.now()
        LegacyMigration.objects.create(cut_over_at=cut_over_at)
    backup = Backup()
    with organization_scope(elm):
        run_purge(start_purge(actor=None))
    backup.restore()

    call_command("replay_ledger")

    with organization_scope(elm):
        assert not Video.objects.exists()
        migration = LegacyMigration.objects.get()
        assert (migration.cut_over_at, migration.purged_at is None) == (cut_over_at, False)
    assert ready() == (200, "ok")


def test_a_replay_says_why_a_purge_has_ended_and_can_be_run_again(elm, monkeypatch) -> None:
    with organization_scope(elm):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
    backup = Backup()
    with organization_scope(elm):
        run_purge(start_purge(actor=None))
    backup.restore()

    for problem in (PurgePaused("It is paused."), LegacyRowsLeft("1 row is left.")):

        def stop(run: object, problem: Exception = problem) -> None:
            raise problem

        with monkeypatch.context() as broken:
            broken.setattr("tiktok.services.legacy.purging.purge_slice", stop)
            with pytest.raises(CommandError, match=str(problem)):
                call_command("replay_ledger")
        assert ready() == (503, "failed")
    call_command("replay_ledger")
    assert ready() == (200, "ok")


def test_a_wish_that_was_not_done_yet_is_done_by_the_workers_after_the_restore(elm, maya) -> None:
    backup = Backup()
    asked_at = ask_erasure(maya, language="en").asked_at
    backup.restore()
    assert ready() == (503, "failed")

    call_command("replay_ledger")

    assert ready() == (200, "ok")
    receipt = Receipt.objects.get()
    assert (receipt.asked_at, receipt.state) == (asked_at, ReceiptState.ENDING)
    with organization_scope(elm):
        assert Influencer.objects.get(person=maya).archived_at is not None
    finish_erasure()
    assert not User.objects.filter(email="maya@example.com").exists()
    assert [mail.to for mail in sent_mail()] == [["maya@example.com"]]


def test_a_backup_from_the_middle_of_an_erasure_goes_on_from_there(elm, maya) -> None:
    receipt = ask_erasure(maya, language="en")
    for _ in range(2):
        Work.objects.filter(kind=ERASE).update(due_at=timezone.now())
        pump_kind(ERASE)
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.CHECKING
    backup = Backup()
    finish_erasure()
    before = counts()

    backup.restore()
    call_command("replay_ledger")

    assert ready() == (200, "ok")
    assert counts() == before


def test_whoever_has_the_id_of_an_erased_person_by_now_stays(maya) -> None:
    """A restored database gives the ids of those who came after its backup to others."""
    receipt = erased_since_the_backup(maya)
    Receipt.objects.all().delete()
    LedgerEntry.objects.all().delete()
    other = User.objects.create(
        pk=maya.pk, email="other@example.com", date_joined=timezone.now() + timedelta(1)
    )

    call_command("replay_ledger")

    other.refresh_from_db()
    assert other.is_active
    again = Receipt.objects.get(number=receipt.number)
    assert (again.digest, again.state) == (receipt.digest, ReceiptState.DONE)


def test_a_job_that_fails_keeps_the_site_unready_until_it_is_done(elm, maya, monkeypatch) -> None:
    receipt = ask_erasure(maya, language="en")
    backup = Backup()
    finish_erasure()
    backup.restore()

    with monkeypatch.context() as broken:
        broken.setattr("crm.services.erasure.replaying.do_slices", fail)
        with pytest.raises(
            CommandError, match=r"failed: The disk is full\. Replay the ledger again\."
        ):
            call_command("replay_ledger")
    assert ready() == (503, "failed")

    call_command("replay_ledger")
    assert ready() == (200, "ok")
    assert Receipt.objects.get(number=receipt.number).state == ReceiptState.DONE


def fail(job_ids: list[int]) -> dict[int, None]:
    Job.objects.filter(pk__in=job_ids).update(
        state=JobState.FAILED, problem="The disk is full.", finished_at=timezone.now()
    )
    return dict.fromkeys(job_ids)


def test_an_organization_that_the_backup_does_not_know_has_nothing_to_purge(elm, purged) -> None:
    LedgerEntry.objects.all().delete()
    written = json.loads(ledger().open(f"purged/{purged.number}").read())
    assert (written["content"]["organization"], written["content"]["slug"]) == (elm.pk, "elm")
    Organization.objects.filter(pk=elm.pk).update(slug="another")

    call_command("replay_ledger")
    with organization_scope(elm):
        assert PurgeReceipt.objects.count() == 1
    assert ready() == (200, "ok")
