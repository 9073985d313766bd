"""Celery: what is scheduled exists, and what is enqueued by name can be found."""

from __future__ import annotations

import importlib

from django.conf import settings

from influence.celery import app
from tests.guards.sources import python_files, where
from tests.personas import OURS


def our_tasks() -> dict[str, object]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_bears_the_name_of_the_function_it_is() -> None:
    assert our_tasks()
    for name in our_tasks():
        module, _, function = name.rpartition(".")
        assert module.split(".")[0] in OURS
        assert callable(getattr(importlib.import_module(module), function)), name


def test_every_scheduled_task_exists() -> None:
    for entry, schedule in settings.CELERY_BEAT_SCHEDULE.items():
        assert schedule["task"] in our_tasks(), entry


def test_a_late_tick_is_dropped_rather_than_piled_up() -> None:
    for entry, schedule in settings.CELERY_BEAT_SCHEDULE.items():
        assert schedule.get("options", {}).get("expires"), f"{entry} has no expires"


def test_tasks_live_in_modules_that_celery_reads() -> None:
    """A task in a module that autodiscovery does not import is known to the web process only."""
    for path in python_files(*OURS):
        if "@shared_task" in path.read_text():
            assert path.name == "tasks.py" or path.parent.name == "tasks", where(path)
