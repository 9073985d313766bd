"""A receipt is signed, says what went and who did it, holds only as long as a new search finds nothing, and anyone can check it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from files.store import contents
from tenancy.enums import Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tests.personas import make_person
from tiktok.enums import PurgeState, Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun, Video
from tiktok.queries.purge_receipts import paper_of
from tiktok.services.legacy import receipts
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.receipts import (
    CHANGED,
    UNSIGNED,
    issue_receipt,
    receipt_digest,
    receipt_document,
    verify_receipt,
)
from tiktok.services.legacy.signing import public_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organization")]


def public_key() -> str:
    """The line of the key that signs now."""
    return next(iter(public_keys()))


def a_legacy_video(handle: str = "maya.bakes") -> Video:
    return a_video(an_account(handle), "1", source=Source.LEGACY, counts_source=Source.LEGACY)


@pytest.fixture
def receipt() -> PurgeReceipt:
    """A receipt of one video, whose purge Olivia started."""
    a_legacy_video()
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    return run_purge(start_purge(actor=make_person("Olivia Park", "oaks")))


def test_a_receipt_says_who_when_what_and_by_which_version(receipt, organization, settings) -> None:
    document = receipt_document(receipt)

    assert document["number"].startswith(f"P-{timezone.now():%Y-%m-%d}-")
    facts = document["facts"]
    assert (facts["organization"], facts["slug"]) == (organization.name, organization.slug)
    assert (facts["actor"], facts["version"]) == ("Olivia Park oaks", settings.VERSION)
    assert facts["cut_over_by"] == ""  # no event says
    assert facts["cut_over_at"] <= facts["purged_at"][0] <= facts["searched_at"][1]
    assert (receipt.planned, receipt.gone, receipt.found) == (1, 1, 0)
    [videos] = [line for line in document["lines"] if line["name"] == "videos"]
    assert (videos["rows"], videos["gone"], len(videos["sha256"])) == (1, 1, 64)
    assert document["found_afterwards"]["tiktok_video"] == 0
    assert document["sha256"] == receipt_digest(receipt)
    assert facts["issued_at"] == document["issued_at"]
    assert (facts["public_key"], len(document["signature"])) == (public_key(), 88)
    assert document["how_to_check"].endswith(f"stands at {settings.PUBLIC_URL}/receipt-keys.pem.")


def test_a_receipt_is_issued_once(receipt) -> None:
    assert issue_receipt(PurgeRun.objects.get()) == receipt
    assert PurgeReceipt.objects.get() == receipt


@pytest.mark.parametrize(("days", "said"), [(0, False), (14, True)])
def test_a_receipt_says_until_when_backups_may_hold_what_went(settings, days, said) -> None:
    settings.BACKUP_DAYS = days
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    until = paper_of(run_purge(start_purge(actor=None))).backups_until
    assert (until is not None) == said
    if until:
        assert (until - timezone.now().date()).days == days


def test_a_receipt_holds_and_the_check_is_an_event(receipt) -> None:
    verdict = verify_receipt(receipt, actor=None)

    assert (verdict.holds, verdict.found) == (True, 0)
    assert verdict.sentence.startswith(
        f"Receipt {receipt.number} of {timezone.now():%Y-%m-%d} holds: 0 rows"
    )
    event = Event.objects.get(verb=Verb.PURGE_VERIFIED)
    assert (event.object_id, event.detail) == (receipt.pk, {"holds": True, "found": 0})
    check = paper_of(receipt).last_check
    assert check is not None
    assert (check.at, check.found, check.holds) == (event.at, 0, True)


def test_a_receipt_falls_when_a_row_of_the_old_source_is_found(receipt, monkeypatch) -> None:
    """A purger that forgets, or an owner who opens the gate: nobody else can bring one in."""
    monkeypatch.setattr(
        "tiktok.services.legacy.receipts.searched_again",
        lambda: {"tiktok_video": 1_200, "tiktok_creator": 0},
    )
    verdict = verify_receipt(receipt, actor=None)

    assert (verdict.holds, verdict.found) == (False, 1_200)
    assert "does not hold: 1,200 found in tiktok_video." in verdict.sentence
    assert Event.objects.get(verb=Verb.PURGE_VERIFIED).detail == {"holds": False, "found": 1200}


def test_contents_of_before_that_lost_their_row_go_with_the_purge_and_break_a_receipt_later(
    organization, monkeypatch
) -> None:
    """A worker that is killed between the commit and the deletion of a content leaves one behind."""
    monkeypatch.setattr(receipts, "ORPHAN_AFTER", timedelta(0))
    left = contents().save(f"organization/{organization.pk}/left", ContentFile(b"old numbers"))
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    young = contents().save(f"organization/{organization.pk}/young", ContentFile(b"an upload"))

    receipt = run_purge(start_purge(actor=None))

    assert (contents().exists(left), contents().exists(young)) == (False, True)
    assert receipt.rescan["contents without a row"] == 0
    assert verify_receipt(receipt, actor=None).holds
    contents().save(left, ContentFile(b"old numbers"))
    monkeypatch.setattr(
        type(contents()),
        "get_modified_time",
        lambda self, name: receipt.run.started_at - timedelta(days=1),
    )
    assert "2 found in contents without a row" in verify_receipt(receipt, actor=None).sentence


@pytest.mark.parametrize(
    "forge",
    [
        lambda receipt: receipt.lines[0].update(gone=1_000_000),
        lambda receipt: receipt.rescan.update(tiktok_video=7),
        lambda receipt: receipt.facts.update(actor="Somebody else"),
        lambda receipt: setattr(receipt, "number", "P-2026-01-01-222222"),
        lambda receipt: setattr(receipt, "issued_at", timezone.now() - timedelta(days=9)),
    ],
    ids=["lines", "re-scan", "actor", "number", "day"],
)
def test_a_changed_receipt_does_not_hold(receipt, forge) -> None:
    forge(receipt)
    assert "does not hold: its text was changed" in verify_receipt(receipt, actor=None).sentence


def test_a_receipt_that_somebody_else_wrote_does_not_hold(receipt) -> None:
    """A hash alone proves nothing: the run-time role may write a receipt with a right one."""
    receipt.facts["actor"] = "Somebody else"
    receipt.digest = receipt_digest(receipt)
    assert "this installation did not sign it" in verify_receipt(receipt, actor=None).sentence


def test_a_signature_outlives_a_new_key_that_keeps_the_old_one(receipt, settings) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [old]
    assert verify_receipt(receipt, actor=None).holds
    settings.SECRET_KEY_FALLBACKS = []
    assert UNSIGNED in verify_receipt(receipt, actor=None).sentence


def test_receipts_of_versions_without_a_key_pair_are_checked_by_the_secret(
    receipt, settings
) -> None:
    del receipt.facts["public_key"], receipt.facts["issued_at"]
    receipt.digest = receipt_digest(receipt)
    receipt.signature = signing.Signer(salt="tiktok.purge_receipt").signature(receipt.digest)
    flaws = verify_receipt(receipt, actor=None).sentence
    assert (UNSIGNED in flaws, CHANGED in flaws) == (False, False)
    assert "how_to_check" not in receipt_document(receipt)
    assert paper_of(receipt).public_key == ""
    settings.SECRET_KEY = "n" * 50
    assert UNSIGNED in verify_receipt(receipt, actor=None).sentence


# --- by anyone who has the file and the public key, as docs/operations.md says ---
PROGRAM = re.compile(r"```python\n(import base64, .*?)```", re.DOTALL)


def checked(folder: Path, document: dict[str, Any], keys: str) -> tuple[int, str]:
    """The exit code of the documented program, run without any of our code, and what it says."""
    found = PROGRAM.search(Path("docs/operations.md").read_text(encoding="utf-8"))
    assert found is not None
    for name, text in (
        ("check.py", found[1]),
        ("receipt.json", json.dumps(document, ensure_ascii=False, indent=2)),
        ("keys.pem", keys),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "check.py", "receipt.json", "keys.pem"],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
def keys() -> str:
    answer = Client().get("/receipt-keys.pem")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text: str = answer.content.decode()
    return text


def test_anyone_checks_a_receipt_with_its_file_and_the_public_key(receipt, keys, tmp_path) -> None:
    said = f"Receipt {receipt.number} of {receipt.issued_at.isoformat()} holds."
    assert checked(tmp_path, receipt_document(receipt), keys) == (0, said)


def test_a_receipt_is_checked_by_its_key_after_a_newer_one(receipt, settings, tmp_path) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    both = Client().get("/receipt-keys.pem").content.decode()
    assert both.count("BEGIN PUBLIC KEY") == 2
    assert both.index(public_key()) < both.index(receipt.facts["public_key"])
    assert checked(tmp_path, receipt_document(receipt), both)[0] == 0


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (
            lambda document: document["facts"].update(actor="Somebody else"),
            "Does not hold: the text was changed.",
        ),
        (lambda document: document.update(sha256=forged(document)), "InvalidSignature"),
        (
            lambda document: document.update(signature=b64encode(bytes(64)).decode()),
            "InvalidSignature",
        ),
    ],
    ids=["text", "text and hash", "signature"],
)
def test_anyone_sees_that_a_receipt_was_changed(receipt, keys, tmp_path, forge, reason) -> None:
    document = receipt_document(receipt)
    forge(document)
    code, said = checked(tmp_path, document, keys)
    assert (code, reason in said) == (1, True)


def forged(document: dict[str, Any]) -> str:
    """The right hash of a changed text."""
    document["facts"]["actor"] = "Somebody else"
    contents = [document[name] for name in ("number", "lines", "found_afterwards", "facts")]
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def test_a_receipt_of_another_installation_is_not_taken_for_this_ones(
    receipt, settings, tmp_path
) -> None:
    settings.SECRET_KEY = "n" * 50
    others = Client().get("/receipt-keys.pem").content.decode()
    said = "Does not hold: the key is another installation's."
    assert checked(tmp_path, receipt_document(receipt), others) == (1, said)


def test_the_command_says_one_line_for_each_receipt_of_every_organization(receipt, capsys) -> None:
    elm = Organization.objects.create(name="Elm", slug="elm")
    with organization_scope(elm):
        a_legacy_video()
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        other = run_purge(start_purge(actor=None))

    call_command("verify_purge")
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert {line.split()[1] for line in said} == {receipt.number, other.number}

    call_command("verify_purge", other.number)
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"Receipt {other.number} of ")


def test_the_command_ends_with_1_when_a_receipt_does_not_hold(receipt, capsys) -> None:
    forged = PurgeReceipt(
        run=PurgeRun.objects.create(state=PurgeState.DONE), number="P-2026-01-01-222222"
    )
    forged.lines, forged.rescan, forged.digest = receipt.lines, receipt.rescan, receipt.digest
    forged.save()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_purge", forged.number)
    assert ended.value.code == 1
    assert (
        "does not hold: its text was changed; this installation did not sign it"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["P-1"], "There is no receipt P-1."), ([], "There is no receipt.")],
)
def test_the_command_says_when_there_is_nothing_to_check(arguments, sentence) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_purge", *arguments)


def test_a_line_that_went_by_another_way_is_said(receipt) -> None:
    assert not paper_of(receipt).is_uneven
    receipt.lines[0]["rows"] += 1
    assert paper_of(receipt).is_uneven
