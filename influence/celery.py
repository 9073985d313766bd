"""The Celery application. Rows are the queue; Celery only wakes the pumps."""

import gc
import os
import time

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "influence.settings")

app = Celery("influence")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def share_memory(**_: object) -> None:
    """Share what is loaded by now with the processes forked from this one: the collector leaves it alone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # a slice of a job makes as many objects as a page, and no rings


@worker_init.connect
@beat_init.connect
def check_role(**_: object) -> None:
    """An unsafe role ends the process (Celery would only log another exception); without PostgreSQL there is no work."""
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 -- needs the app registry
    from django.db import OperationalError  # noqa: PLC0415 -- the same

    from influence.startup import refuse_unsafe_role  # noqa: PLC0415 -- the same

    while True:
        try:
            return refuse_unsafe_role()
        except ImproperlyConfigured as unsafe:
            raise SystemExit(str(unsafe)) from unsafe
        except OperationalError:
            time.sleep(1)
