"""Settings of the test run: the product's own, with invented secrets and no outside."""

import os
import tempfile

os.environ.update(
    DATA_DIR=tempfile.gettempdir() + "/influence-tests-have-no-services-env",
    DEBUG="",
    LOCAL="",
    SECRET_KEY="test-secret-key-of-fifty-characters-and-then-some-more",
    TOKEN_KEYS="t1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    TIKTOK_APP_ID="7390000000000000001",
    TIKTOK_APP_SECRET="sandbox-secret",
    TIKTOK_BASE_URL="http://127.0.0.1:9",
    TIKTOK_AUTHORIZE_URL="http://127.0.0.1:9",
    TIKTOK_REQUESTS_PER_SECOND="1000",
    TIKTOK_REQUESTS_PER_MINUTE="60000",
    TIKTOK_REQUESTS_PER_DAY="100000000",
    TIKTOK_SPECIAL_REQUESTS_PER_SECOND="1000",
    TIKTOK_SPECIAL_REQUESTS_PER_MINUTE="60000",
    TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE="60000",
    TIKTOK_ACCOUNTS_REQUESTS_PER_MINUTE="60000",
    WORK_THREADS="1",
    PUBLIC_URL="http://testserver",
    EMAIL_URL="memorymail://",
    LOG_LEVEL="WARNING",
)

from influence.settings import *  # noqa: F403 -- the environment must stand first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "ledger": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
WHITENOISE_AUTOREFRESH = True  # nothing is collected; a missing folder is no warning then
ACCOUNT_RATE_LIMITS = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CELERY_TASK_ALWAYS_EAGER = False
