"""Sins in models: rows that belong to nobody, or to everybody; rules that differ between Python and SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.db.models import Q, Value
from django.test.utils import isolate_apps
from hypothesis import Phase, settings

from crm.models import Note
from tests.guards import test_groups as groups
from tests.guards import test_models_have_organization as belonging
from tests.guards import test_twins as twins
from tests.guards.sins import caught_by
from tests.personas import our_models
from tiktok.enums import AccountKind


@caught_by(
    belonging.test_every_model_of_ours_belongs_to_an_organization_or_says_why_not, match="Planted"
)
@isolate_apps("crm")
def test_a_model_of_nobody(monkeypatch) -> None:
    class Planted(models.Model):  # noqa: DJ008 -- nobody prints it
        class Meta:
            app_label = "crm"

    monkeypatch.setattr(belonging, "our_models", lambda: [*our_models(), Planted])


@caught_by(groups.test_rows_about_an_influencer_know_the_group, match="crm.Note")
def test_a_row_about_an_influencer_that_everybody_sees(monkeypatch) -> None:
    monkeypatch.setattr(Note, "group_path", "")


@caught_by(belonging.test_no_model_of_a_package_takes_part_unnoticed, match="django_session")
def test_a_package_with_tables(monkeypatch) -> None:
    monkeypatch.delitem(belonging.FRAMEWORK_TABLES, "django_session")


@caught_by(belonging.test_every_table_of_the_database_is_known, match="planted")
def test_a_table_without_model(alter) -> None:
    alter("CREATE TABLE planted (id bigint)")


@caught_by(belonging.test_no_row_of_an_organization_can_be_without_it, match="crm_influencer")
def test_an_organization_s_row_without_it(alter) -> None:
    alter("ALTER TABLE crm_influencer ALTER organization_id DROP NOT NULL")


@caught_by(belonging.test_no_view_reads_past_the_policies, match="tiktok_videoreading")
def test_a_view_reads_with_its_owner_s_rights(alter) -> None:
    alter("ALTER VIEW tiktok_videoreading RESET (security_invoker)")


@pytest.fixture
def found_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let hypothesis report the first example that fails: looking for a smaller one takes a minute."""
    quick = settings(twins.of_rows, phases=[Phase.generate], database=None)

    def hurry(guard: Any) -> None:
        monkeypatch.setattr(guard, "_hypothesis_internal_use_settings", quick)

    return hurry


@caught_by(twins.test_the_kind_of_an_account, match="assert")
def test_the_kind_of_an_account_differs(monkeypatch, found_once) -> None:
    found_once(twins.test_the_kind_of_an_account)
    monkeypatch.setattr(twins, "account_kind", lambda *_, **__: next(iter(AccountKind)))


@caught_by(twins.test_the_next_sync_of_an_account, match="assert")
def test_the_next_sync_differs(monkeypatch, found_once) -> None:
    found_once(twins.test_the_next_sync_of_an_account)
    never: Any = Value(None, output_field=models.DateTimeField())
    monkeypatch.setattr(twins, "next_account_check", lambda _: never)


@caught_by(twins.test_a_video_that_is_free_again, match="assert")
def test_a_free_video_differs(monkeypatch, found_once) -> None:
    found_once(twins.test_a_video_that_is_free_again)
    monkeypatch.setattr(twins, "free", Q)
