"""Sins in source files: names, exceptions without reason, migrations, tasks, verbs."""

from __future__ import annotations

from dataclasses import make_dataclass

import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

from crm.models import Influencer
from influence.celery import app
from tests.guards import test_capabilities as capabilities
from tests.guards import test_events as events
from tests.guards import test_forms as forms
from tests.guards import test_growth as growth
from tests.guards import test_migrations as migrating
from tests.guards import test_names as names
from tests.guards import test_one_outbox as outbox
from tests.guards import test_one_queue as queue
from tests.guards import test_requirements as requirements
from tests.guards import test_statements as statements
from tests.guards import test_tasks as tasks
from tests.guards.sins import caught_by


@caught_by(names.test_every_package_takes_part_in_the_guards, match="planted")
def test_a_package_nobody_has_named(plant_file) -> None:
    plant_file("planted/__init__.py")


@caught_by(names.test_no_module_is_named_after_nothing, match="crm/utils.py")
def test_a_module_named_after_nothing(plant_file) -> None:
    plant_file("crm/utils.py")


@caught_by(names.test_no_module_is_named_after_nothing, match=r"portal/helpers/words\.py")
def test_a_folder_named_after_nothing(plant_file) -> None:
    plant_file("portal/helpers/words.py")


@caught_by(names.test_every_noqa_names_its_rule_and_its_reason, match=r"mail/planted\.py:2")
@pytest.mark.parametrize("comment", ["noqa", "noqa: A002", "noqa -- because"])
def test_a_noqa_without_rule_or_reason(plant_file, comment: str) -> None:
    plant_file("mail/planted.py", f"\nlist = 1  # {comment}\n")


@caught_by(names.test_every_type_ignore_names_its_code, match=r"ui/planted\.py:1")
def test_a_type_ignore_without_code(plant_file) -> None:
    plant_file("ui/planted.py", "x = 1  # type: " + "ignore\n")


@caught_by(names.test_no_test_is_switched_off, match=r"tests/crm/test_planted\.py")
def test_a_test_switched_off(plant_file) -> None:
    plant_file("tests/crm/test_planted.py", "@pytest.mark." + "skip\ndef test_it(): ...\n")


@caught_by(names.test_no_test_is_switched_off, match="test_servers")
def test_an_exception_nobody_needs(plant_file) -> None:
    plant_file("tests/crm/test_planted.py")


# --- migrations --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@caught_by(migrating.test_no_migration_is_missing, match="1", error=SystemExit)
def test_a_column_without_migration(monkeypatch) -> None:
    monkeypatch.setattr(Influencer._meta.get_field("name"), "max_length", 77)


@caught_by(migrating.test_each_app_has_one_line_of_migrations, match="crm")
def test_a_second_line_of_migrations(monkeypatch) -> None:
    load = MigrationLoader.load_disk

    def load_one_more(self: MigrationLoader) -> None:
        load(self)
        self.disk_migrations["crm", "0001_planted"] = migrations.Migration("0001_planted", "crm")

    monkeypatch.setattr(MigrationLoader, "load_disk", load_one_more)


@caught_by(migrating.test_each_app_has_one_line_of_migrations, match="crm/migrations/0002")
def test_two_migrations_of_one_number(plant_file) -> None:
    plant_file("crm/migrations/0002_one.py")
    plant_file("crm/migrations/0002_other.py")


@caught_by(migrating.test_migrations_import_no_model_of_today, match="imports crm.models")
@pytest.mark.parametrize("line", ["from crm.models import Influencer", "import crm.models"])
def test_a_migration_that_imports_a_model(plant_file, line: str) -> None:
    plant_file("crm/migrations/0002_names.py", line)


@caught_by(migrating.test_migrations_are_named_by_intent, match="0002_auto_2026")
def test_a_migration_named_by_the_machine(plant_file) -> None:
    plant_file("crm/migrations/0002_auto_2026.py")


# --- tasks -------------------------------------------------------------------------------------------------------
@caught_by(
    tasks.test_every_task_bears_the_name_of_the_function_it_is, match="gone", error=AttributeError
)
def test_a_task_that_no_function_is(monkeypatch) -> None:
    tasks.our_tasks()
    monkeypatch.setitem(app.tasks, "crm.apps.gone", object())


@caught_by(tasks.test_every_scheduled_task_exists, match="planted")
def test_a_schedule_of_no_task(settings) -> None:
    settings.CELERY_BEAT_SCHEDULE = {"planted": {"task": "crm.tasks.gone"}}


@caught_by(tasks.test_a_late_tick_is_dropped_rather_than_piled_up, match="planted has no expires")
def test_a_tick_that_piles_up(settings) -> None:
    settings.CELERY_BEAT_SCHEDULE = {"planted": {"task": "crm.tasks.gone", "options": {}}}


@caught_by(tasks.test_tasks_live_in_modules_that_celery_reads, match=r"crm/services/planted\.py")
def test_a_task_where_celery_does_not_sync(plant_file) -> None:
    plant_file("crm/services/planted.py", "@shared" + "_task\ndef tick(): ...\n")


# --- verbs -------------------------------------------------------------------------------------------------------
@caught_by(events.test_every_verb_is_recorded_somewhere, match="NEVER")
def test_a_verb_that_nobody_declared(plant_file) -> None:
    plant_file("crm/planted.py", "record(Verb.NEVER, order, actor=None)\n")


@caught_by(events.test_every_verb_is_expected_in_a_test, match="NOTE_WRITTEN")
def test_a_verb_that_no_test_expects(monkeypatch, tmp_path) -> None:
    (tmp_path / "test_nothing.py").write_text("Verb.NOTE_WRITTEN\n")
    monkeypatch.setattr(events, "TESTS", tmp_path)


@caught_by(events.test_no_event_is_recorded_with_a_text_for_a_verb, match=r"planted\.py:1")
@pytest.mark.parametrize(
    "sin",
    [
        'record("order.created", order, actor=None)',
        'record(f"order.{what}", order, actor=None)',
        'self.record(request, order, "order.created")',
        'record_each(verb="order.created", objects=[order], actor=None)',
        'record(Verb(f"order.{what}"), order, actor=None)',
    ],
)
def test_a_text_for_a_verb(plant_file, sin: str) -> None:
    plant_file("crm/planted.py", f"{sin}\n")


# --- growth ------------------------------------------------------------------------------------------------------
@caught_by(growth.test_no_file_is_too_long, match=r"crm/queries/planted\.py")
def test_a_file_too_long(plant_file) -> None:
    plant_file("crm/queries/planted.py", "\n" * 301)


@caught_by(growth.test_no_folder_of_services_is_too_full, match="'crm/services/lists': 13")
def test_a_folder_too_full(plant_file) -> None:
    for number in range(13):
        plant_file(f"crm/services/lists/planted{number}.py")


# --- requirements ------------------------------------------------------------------------------------------------
@caught_by(requirements.test_the_tests_install_all_that_the_product_runs_on, match="planted==1.0")
def test_a_package_that_the_tests_lack(monkeypatch, tmp_path) -> None:
    (tmp_path / "run.txt").write_text("planted==1.0 \\\n    --hash=sha256:0\n")
    (tmp_path / "dev.txt").write_text("pytest==9.0 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(requirements, "LOCKS", tmp_path)


# --- capabilities ------------------------------------------------------------------------------------------------
@caught_by(capabilities.test_each_capability_is_read_by_a_service, match="has_moons")
def test_a_capability_that_nobody_reads(monkeypatch) -> None:
    moons = make_dataclass("Capabilities", ["has_moons"])
    monkeypatch.setattr(capabilities, "Capabilities", moons)


# --- one queue, one outbox ---------------------------------------------------------------------------------------
@caught_by(queue.test_only_the_queue_claims_work, match=r"crm/services/planted\.(py|sql)")
@pytest.mark.parametrize(
    ("name", "sin"),
    [
        ("planted.py", "rows.select_for_update(skip_locked=True)"),
        ("planted.sql", "SELECT 1 FOR UPDATE SKIP LOCKED"),
        ("planted.py", "free.update(lease_until=now + LEASE)"),
        ("planted.py", "rows.exclude(lease_until__gt=now)"),
        ("planted.py", "lease_until = models.DateTimeField(null=True)"),
        ("planted.py", "rows.update(check_due_at=now + LEASE)"),
    ],
)
def test_a_claim_outside_the_queue(plant_file, name: str, sin: str) -> None:
    plant_file(f"crm/services/{name}", sin)


@caught_by(outbox.test_only_the_delivery_can_send, match=r"crm/planted\.py")
@pytest.mark.parametrize(
    "sin",
    [
        "from django.core.mail import send_mail",
        "from django.core import mail\nfrom django.core.mail import EmailMessage",
        "import smtplib",
        "from smtplib import SMTP",
        "person.email_user('x', 'y')",
    ],
)
def test_a_mail_outside_the_outbox(plant_file, sin: str) -> None:
    plant_file("crm/planted.py", sin)


@caught_by(
    statements.test_no_statement_names_the_organization_by_a_number, match=r"crm/planted\.sql"
)
def test_an_organization_by_its_number(plant_file) -> None:
    plant_file("crm/planted.sql", "SELECT id FROM crm_influencer WHERE organization_id = %s")


@caught_by(statements.test_work_is_found_by_its_whole_key, match=r"jobs/planted\.py:2")
@pytest.mark.parametrize("owner", ["", "organization=1, ", "person_id=None, "])
def test_work_found_by_half_its_key(plant_file, owner: str) -> None:
    call = "Work." + f"objects.filter({owner}kind='tree.prune', subject_id=1)"
    plant_file("jobs/planted.py", f"rows = Work.objects.filter(kind='tree.prune')\n{call}\n")


# --- forms -------------------------------------------------------------------------------------------------------
@caught_by(forms.test_a_field_of_a_name_refuses_what_nobody_can_see, match=r"crm/planted\.py title")
def test_a_name_that_nobody_can_see(plant_file) -> None:
    plant_file("crm/planted.py", "class A:\n    title = " + "forms.CharField(max_length=9)\n")


@caught_by(
    forms.test_a_form_over_stored_values_asks_before_it_replaces_anothers, match="PlantedForm"
)
def test_a_form_that_replaces_what_its_reader_has_not_seen(plant_file) -> None:
    plant_file("crm/planted.py", "form = PlantedForm(data, initial={})\n")
