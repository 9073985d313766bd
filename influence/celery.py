"""The Celery application. Rows are the queue; Celery only wakes the pumps."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "influence.settings")

app = Celery("influence")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def check_role(**_: object) -> None:
    from influence.startup import refuse_unsafe_role  # noqa: PLC0415 -- needs the app registry

    refuse_unsafe_role()
