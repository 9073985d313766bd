"""The product's Celery application, with a lease that a test can outwait: `celery --app tests.crash.product worker`."""

from __future__ import annotations

import os
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.crash.settings"

from celery.signals import import_modules

from influence.celery import app

__all__ = ["app"]


@import_modules.connect(sender=app, weak=False)
def shorten_lease(**_: object) -> None:
    from tiktok.services.polls import queue

    queue.LEASE = timedelta(seconds=float(os.environ["TEST_LEASE_SECONDS"]))
