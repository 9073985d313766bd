"""The receipt of a purge says what a second reading of every table has found."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories.campaigns import a_video, an_account
from tiktok.enums import PurgeState, Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun, Video
from tiktok.services.legacy import purgers
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organization")]


@pytest.fixture
def legacy_video(organization) -> Video:
    return a_video(an_account("maya.bakes"), "1", source=Source.LEGACY, counts_source=Source.LEGACY)


@pytest.fixture
def _cut_over(legacy_video) -> None:
    LegacyMigration.objects.create(cut_over_at=timezone.now())


@pytest.mark.usefixtures("_cut_over")
def test_no_receipt_is_issued_while_a_row_of_the_old_source_is_left(monkeypatch) -> None:
    forgetful = [each for each in purgers._purgers if each.name != "videos"]
    monkeypatch.setattr(purgers, "_purgers", forgetful)
    run = start_purge(actor=None)

    with pytest.raises(LegacyRowsLeft, match="'tiktok_video': 1"):
        run_purge(run)

    assert not PurgeReceipt.objects.exists()
    assert PurgeRun.objects.get().state == PurgeState.RUNNING
    assert LegacyMigration.objects.get().purged_at is None


@pytest.mark.usefixtures("_cut_over")
def test_a_receipt_names_what_went_and_that_nothing_was_left() -> None:
    receipt = run_purge(start_purge(actor=None))

    gone = {line["name"]: line["gone"] for line in receipt.lines}
    assert gone["videos"] == 1
    assert set(receipt.rescan.values()) == {0}
    assert not Video.objects.exists()
    assert LegacyMigration.objects.get().purged_at is not None
