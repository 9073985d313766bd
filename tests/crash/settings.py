"""Settings of the processes that are killed: those of the tests, with TikTok where we say and a scheduler that ticks fast."""

import os

from tests.crash.processes import TICK_SECONDS
from tests.settings import *  # noqa: F403 -- the tests' settings stand beneath
from tests.settings import CELERY_BEAT_SCHEDULE, PUBLIC_URL

TIKTOK_BASE_URL = os.environ["TEST_TIKTOK_URL"]
for entry in CELERY_BEAT_SCHEDULE.values():
    entry |= {"schedule": TICK_SECONDS}
PUBLIC_URL = os.environ.get("TEST_PUBLIC_URL", PUBLIC_URL)
