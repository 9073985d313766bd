"""Settings of a benchmark: the product's own, with invented secrets, no outside and no limit on requests."""

import os
import tempfile

os.environ.update(
    DATA_DIR=tempfile.gettempdir() + "/influence-benchmarks-have-no-services-env",
    DEBUG="",
    SECRET_KEY="benchmark-secret-key-of-fifty-characters-and-some-more",
    TOKEN_KEYS="b1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    PUBLIC_URL="http://localhost",
    LOG_LEVEL="ERROR",
)

# A scenario may give its processes a sandbox.
os.environ.setdefault("TIKTOK_BASE_URL", "http://127.0.0.1:9")
os.environ.setdefault("TIKTOK_AUTHORIZE_URL", "http://127.0.0.1:9")

from influence.settings import *  # noqa: F403 -- the environment must stand first
from influence.settings import REST_FRAMEWORK, STORAGES

# Nothing has been collected here.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"key": "1000000000/min"}
