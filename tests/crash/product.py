"""The product's Celery application, with a lease that a test can outwait: `celery --app tests.crash.product worker`."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.crash.settings"

from celery.signals import worker_init

from influence.celery import app

__all__ = ["app"]


@worker_init.connect(weak=False)
def shorten_leases(**_: object) -> None:
    from jobs.services import kinds

    lease = timedelta(seconds=float(os.environ["TEST_LEASE_SECONDS"]))
    for name, kind in kinds._kinds.items():
        kinds._kinds[name] = replace(kind, lease=min(lease, kind.lease))


@worker_init.connect(weak=False)
def make_rows(**_: object) -> None:
    from tests.crash.rows import register

    register()
