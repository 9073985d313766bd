"""Sins against the fence inside the database."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mail.models import Message
from tenancy.isolation import POLICY
from tenancy.models import Event
from tests.conftest import OWNER
from tests.guards import test_isolation_in_database as guards
from tests.guards import test_proof_in_database as proof
from tests.guards.sins import caught_by

OPEN = "CREATE POLICY open ON {} USING (true) WITH CHECK (true)".format
OWNED = Message._meta.db_table


@caught_by(
    guards.test_policies_are_the_registry_s_and_say_exactly_the_condition, match="crm_influencer"
)
def test_a_policy_is_missing(alter) -> None:
    alter(f"DROP POLICY {POLICY} ON crm_influencer")


@caught_by(
    guards.test_policies_are_the_registry_s_and_say_exactly_the_condition,
    match=r"open|assert \d+ == \d+",
)
def test_a_second_policy_lets_everybody_in(alter) -> None:
    alter(OPEN("crm_influencer"))


@caught_by(guards.test_exactly_one_owner_is_demanded_of_every_row_that_may_have_either, match=OWNED)
def test_a_row_may_have_two_owners(alter) -> None:
    alter(drop_owner_check())


def drop_owner_check() -> str:
    return f"ALTER TABLE {OWNED} DROP CONSTRAINT {OWNED}_one_owner"


@caught_by(
    guards.test_row_level_security_is_on_and_forced_for_every_organization_table,
    match="crm_influencer",
)
@pytest.mark.parametrize("sin", ["DISABLE", "NO FORCE"])
def test_row_level_security_is_off(alter, sin: str) -> None:
    alter(f"ALTER TABLE crm_influencer {sin} ROW LEVEL SECURITY")


@caught_by(
    guards.test_every_key_between_two_organization_tables_includes_the_organization,
    match="crm_influencer",
)
def test_a_key_between_tenants_is_missing(alter) -> None:
    ((table, name, _), *_) = [
        key for key in guards.rows(guards.TWO_COLUMN_KEYS) if "REFERENCES crm_influencer" in key[2]
    ]
    alter(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@caught_by(guards.test_a_partition_read_directly_shows_nothing, match="tiktok_videosnapshot_own")
def test_a_partition_is_open(alter) -> None:
    alter("ALTER TABLE tiktok_videosnapshot_own DISABLE ROW LEVEL SECURITY")


@caught_by(guards.test_the_database_keeps_every_table_apart, match="crm_influencer")
def test_a_table_is_open_to_all_tenants(alter) -> None:
    alter(OPEN("crm_influencer"))


@caught_by(guards.test_the_database_shows_a_person_s_rows_to_that_person_alone, match=OWNED)
def test_a_table_is_open_to_all_people(alter) -> None:
    alter(OPEN(OWNED))


@caught_by(
    guards.test_the_database_refuses_every_row_for_another_tenant,
    match="DID NOT RAISE|Expected regex",
)
def test_rows_may_be_written_for_another_tenant(alter) -> None:
    alter("CREATE POLICY open ON crm_influencer FOR INSERT WITH CHECK (true)")


@caught_by(
    guards.test_the_database_refuses_every_row_for_another_person,
    match="DID NOT RAISE|Expected regex",
)
def test_rows_may_be_written_for_another_person(alter) -> dict[str, object]:
    alter(f"CREATE POLICY open ON {OWNED} FOR INSERT WITH CHECK (true)")
    return {"model": Message}


@caught_by(
    guards.test_the_database_refuses_a_row_of_two_owners,
    match="DID NOT RAISE|Expected regex",
)
def test_a_row_of_two_owners_is_taken(alter) -> dict[str, object]:
    alter(drop_owner_check())
    return {"model": Message}


@caught_by(
    guards.test_the_run_time_role_owns_nothing_and_cannot_sync_past_the_policies,
    match="influencer",
)
def test_the_run_time_role_owns_a_table(alter) -> None:
    alter("ALTER TABLE crm_influencer OWNER TO influence_app")


@caught_by(
    guards.test_the_run_time_role_owns_nothing_and_cannot_sync_past_the_policies, match="True"
)
def test_the_run_time_role_passes_the_policies(alter) -> None:
    alter("ALTER ROLE influence_app BYPASSRLS")


@caught_by(
    guards.test_the_product_starts_as_the_run_time_role,
    match="owns tables",
    error=ImproperlyConfigured,
)
def test_the_product_is_started_as_the_owner(monkeypatch) -> None:
    monkeypatch.setattr(guards, "APP", OWNER)


@caught_by(
    guards.test_the_product_refuses_to_start_as_another,
    match="DID NOT RAISE",
)
def test_the_product_starts_as_anybody(monkeypatch) -> dict[str, str]:
    monkeypatch.setattr(guards, "refuse_unsafe_role", lambda: None)
    return {"role": OWNER, "reason": "owns tables"}


# --- proof -------------------------------------------------------------------------------------------------------
@caught_by(
    proof.test_the_run_time_role_has_exactly_the_rights_that_proof_leaves_it, match="tenancy_event"
)
def test_events_may_be_rewritten(alter) -> None:
    alter("GRANT UPDATE ON tenancy_event TO influence_app")


@caught_by(proof.test_every_other_table_of_an_organization_may_be_changed, match="Influencer")
def test_a_table_lost_its_rights(alter) -> None:
    alter("REVOKE DELETE ON crm_influencer FROM influence_app")


@caught_by(
    proof.test_an_event_can_be_neither_changed_nor_deleted_and_its_texts_can,
    match="DID NOT RAISE",
)
def test_an_event_can_be_deleted(alter) -> None:
    alter("GRANT DELETE ON tenancy_event TO influence_app")


@caught_by(
    proof.test_a_person_who_is_deleted_leaves_their_events_as_they_were,
    match="does not exist",
    error=Event.DoesNotExist,
)
def test_events_go_with_their_person(alter) -> None:
    alter(
        "ALTER TABLE tenancy_event ADD FOREIGN KEY (actor_id) REFERENCES tenancy_user ON DELETE CASCADE"
    )


@caught_by(
    proof.test_a_purge_run_counts_on_until_it_is_finished_and_its_receipt_never_changes,
    match="DID NOT RAISE",
)
def test_a_finished_purge_can_be_changed(alter) -> None:
    alter("ALTER TABLE tiktok_purgerun DISABLE TRIGGER USER")


@caught_by(
    proof.test_every_table_that_names_a_source_refuses_the_old_one,
    match="tiktok_creator', 'profile",
)
def test_a_gate_of_the_old_source_is_open(alter) -> None:
    alter("ALTER TABLE tiktok_creator DISABLE TRIGGER USER")


@caught_by(
    proof.test_the_record_of_migrations_cannot_be_written,
    match="DID NOT RAISE",
)
def test_the_record_of_migrations_can_be_written(alter) -> None:
    alter("GRANT DELETE ON django_migrations TO influence_app")
