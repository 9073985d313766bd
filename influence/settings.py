"""All settings, read once from the environment.

`make run` writes DATA_DIR/services.env with the addresses of the services it started; the environment wins over it.
Every variable is described in `.env.example` (a test compares the two).
"""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from kombu import Queue

from influence.secret_settings import refuse_bad_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
if (DATA_DIR / "services.env").is_file():
    env.read_env(DATA_DIR / "services.env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HTTPS = PUBLIC_URL.startswith("https://")
LOCAL = env.bool("LOCAL", default=False) and not HTTPS
# Proxies in a row before this process, each of which appends to X-Forwarded-For (`influence.client_address`).
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if HTTPS else 0)

INSTALLED_APPS = [
    "influence.ops.apps.OpsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "anymail",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
    "ui",
    "tenancy",
    "files",
    "jobs",
    "mail",
    "tiktok",
    "crm",
    "campaigns",
    "alerts",
    "portal",
    "public",
    "api",
    "influence",
]

MIDDLEWARE = [
    "influence.client_address.ClientAddress",
    "influence.outages.Outages",
    "influence.reading.ReadingDeadline",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "influence.machines.MachinesLeave",
    "influence.compression.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "influence.request_log.RequestLog",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenancy.middleware.OrganizationMiddleware",
    "influence.machines.MachinesArrive",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "influence.urls"
WSGI_APPLICATION = "influence.wsgi.application"
BUILT_IN = [
    *(
        f"ui.templatetags.{name}"
        for name in ("labels", "layout", "navigation", "tables", "fields", "figures")
    ),
    "tenancy.templatetags.organizations",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": BUILT_IN,
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres://influence_app@localhost/influence"),
        "ENGINE": "tenancy.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Seconds; a person does not wait for a database that is gone. (The address may carry options of its own.)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "influence.cache.RedisOrDatabaseCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1},  # seconds
    }
}

# Of each web process (`gunicorn.conf.py` reads it, too); one of them is kept for probes.
WEB_THREADS = env.int("WEB_THREADS", default=16)

# --- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Six digits that a phone's keyboard offers by itself: three tries, ten minutes, in the browser that asked for it.
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 6, "numeric": True, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # seconds
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
ACCOUNT_ADAPTER = "mail.adapters.AccountAdapter"
# A mail belongs to an organization or a person, and who has no account is neither.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # a second factor is asked for first
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    "request_login_code": "tenancy.forms.LoginCodeForm",
    "reset_password": "tenancy.forms.ResetForm",
}
# Narrow for an account at an address ("key", see `mail.adapters`), so that nobody elsewhere is locked out of it. Wide for
# an address, since an office shares one. The last two are of mail to an account: from one address, and from everywhere.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "120/m/ip",
    "login_failed": "120/m/ip,5/5m/key",
    "request_login_code": "60/m/ip",
    "reset_password": "60/m/ip",
    "reset_password_from_key": "60/m/ip",
    "single_sign_on": "60/m/ip",
    "single_sign_on_reply": "60/m/ip",
    "order_page": "300/m/ip",  # it brings itself up to date
    "order_reply": "30/m/ip",
    "receipt_page": "300/m/ip",
    "invitation_page": "300/m/ip",
    "invitation_reply": "30/m/ip",
    "apply_page": "300/m/ip",
    "apply_reply": "30/m/ip",
    "report_page": "300/m/ip",
    # Of a report: from one address, and from everywhere. The second ends within a minute, so that strangers lock nobody out.
    "report_password": "60/m/ip,10/10m/key",
    "report_password_anywhere": "60/m/key",
    "mail_opened": "600/m/ip",  # mail programs fetch the pictures of many readers from one address
    "domain_code_by": "20/d/key",
    "domain_code_to": "10/d/key",
    "mail_from_address": "3/m/key,10/h/key",
    "mail_to_account": "60/h/key",
}
# Single sign-on: providers stand in our own table, and no token of theirs is kept.
SOCIALACCOUNT_ADAPTER = "influence.single_sign_on.adapter.SignOnAdapter"
MFA_ADAPTER = "mail.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"login_webauthn": "tenancy.forms.PasskeyLoginForm"}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
# TikTok's embedded player; the number of the post follows. No other page may stand in a frame of ours.
TIKTOK_PLAYER_URL = env.str("TIKTOK_PLAYER_URL", default="https://www.tiktok.com/player/v1/")
# An order without a post is looked into so many hours after it was sent.
ORDER_CHECK_HOURS = env.int("ORDER_CHECK_HOURS", default=48)
_PLAYER = urlsplit(TIKTOK_PLAYER_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [
            SELF,
            NONCE,
        ],  # a nonce on the pages with an editor alone: it brings two styles of its own
        # Covers and profile pictures come from TikTok's own hosts, or from a sandbox on this machine.
        "img-src": [
            SELF,
            "data:",
            "https://*.tiktokcdn.com",
            "https://*.tiktokcdn-us.com",
            "https://*.tiktokcdn-eu.com",
            *(["http://127.0.0.1:*", "http://localhost:*"] if not HTTPS else []),
        ],
        "media-src": [SELF],
        "font-src": [SELF],
        "frame-src": [f"{_PLAYER.scheme}://{_PLAYER.netloc}"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- words, files, mail -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LOCALE_PATHS = [
    BASE_DIR / "influence" / "locale"
]  # sign-in pages in our words; creators' pages in theirs
# The languages of creators' pages: those that have a folder there.
PAGE_LANGUAGES = {
    folder.name: LANG_INFO[folder.name]["name_local"].capitalize()
    for folder in sorted(LOCALE_PATHS[0].iterdir())
}
FORMAT_MODULE_PATH = ["influence.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Days for which dumps and write-ahead logs of the database are kept: receipts of deletions name the day; 0: unknown here.
BACKUP_DAYS = env.int("BACKUP_DAYS", default=0)
FILES_BUCKET = env.str("FILES_BUCKET", default="")
LEDGER_BUCKET = env.str("LEDGER_BUCKET", default="")


def stored_in(bucket: str, folder: Path) -> dict[str, object]:
    """A storage that only its own processes read: a bucket where one is named, or else a folder."""
    if not bucket:
        return {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": folder}}
    return {
        "BACKEND": "files.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("FILES_ENDPOINT", default="") or None,
            "region_name": env.str("FILES_REGION", default="") or None,
            "access_key": env.str("FILES_ACCESS_KEY", default="") or None,
            "secret_key": env.str("FILES_SECRET_KEY", default="") or None,
            "default_acl": None,  # as private as the bucket
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # What members upload. Private: nothing serves it but files.views, in its owner's scope.
    "files": stored_in(FILES_BUCKET, DATA_DIR / "files"),
    # Receipts of deletions, which a restored backup of the database must not roll back (files.services.ledger).
    "ledger": stored_in(
        LEDGER_BUCKET, Path(env.str("LEDGER_DIR", default=str(DATA_DIR / "ledger")))
    ),
}
FILE_UPLOAD_HANDLERS = [
    "files.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL
EMAIL_FILE_PATH: str  # set by EMAIL_URL=filemail://…
MAIL_SERVER = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(MAIL_SERVER)
EMAIL_BACKEND = MAIL_SERVER["EMAIL_BACKEND"].replace("django.core.mail.backends.smtp", "mail.smtp")
EMAIL_TIMEOUT = 20  # seconds; a mail server that hangs must not hold a worker
# A provider's HTTP API instead of EMAIL_URL, each with the name that django-anymail gives its key.
MAIL_PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailersend": "MAILERSEND_API_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
# "user:password" that the provider sends with its news to /hooks/mail/; empty: its news are refused.
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", default="")
ANYMAIL: dict[str, object] = {
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "WEBHOOK_SECRET": MAIL_WEBHOOK_SECRET or None,
}
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL[MAIL_PROVIDERS[MAIL_PROVIDER]] = env.str("MAIL_PROVIDER_KEY")
    if mail_api := env.str("MAIL_PROVIDER_URL", default=""):
        ANYMAIL[f"{MAIL_PROVIDER.upper()}_API_URL"] = mail_api
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Influence <hello@influence.example>")

# --- TikTok -----------------------------------------------------------------------------------------------------
TIKTOK_BASE_URL = env.str("TIKTOK_BASE_URL", default="https://business-api.tiktok.com")
TIKTOK_AUTHORIZE_URL = env.str("TIKTOK_AUTHORIZE_URL", default="https://www.tiktok.com")
# Where TikTok tells creators how to join TikTok One; its API cannot invite them.
TIKTOK_JOIN_URL = env.str(
    "TIKTOK_JOIN_URL", default="https://support.tiktok.com/en/business-and-creator/tiktok-one"
)
TIKTOK_APP_ID = env.str("TIKTOK_APP_ID", default="")
TIKTOK_APP_SECRET = env.str("TIKTOK_APP_SECRET", default="")
# The level TikTok granted the app (Basic: 10 a second, 600 a minute, 864,000 a day).
TIKTOK_REQUESTS_PER_SECOND = env.int("TIKTOK_REQUESTS_PER_SECOND", default=10)
TIKTOK_REQUESTS_PER_MINUTE = env.int("TIKTOK_REQUESTS_PER_MINUTE", default=600)
TIKTOK_REQUESTS_PER_DAY = env.int("TIKTOK_REQUESTS_PER_DAY", default=864_000)
# Of each of the six paths of TikTok One that have a limit of their own; TikTok does not publish the numbers.
TIKTOK_SPECIAL_REQUESTS_PER_SECOND = env.int("TIKTOK_SPECIAL_REQUESTS_PER_SECOND", default=2)
TIKTOK_SPECIAL_REQUESTS_PER_MINUTE = env.int("TIKTOK_SPECIAL_REQUESTS_PER_MINUTE", default=60)
# Of the Accounts API: of one account at one endpoint, and of all together.
TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE = env.int("TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE", default=40)
TIKTOK_ACCOUNTS_REQUESTS_PER_MINUTE = env.int("TIKTOK_ACCOUNTS_REQUESTS_PER_MINUTE", default=600)
# "k2:<base64>,k1:<base64>": 32-byte keys; the first seals, all open.
TOKEN_KEYS = env.list("TOKEN_KEYS", default=[])
refuse_bad_secrets(SECRET_KEY, TOKEN_KEYS)

# --- work -------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
# A queue for each lane (`jobs.enums.Lane`); a worker that is told of none serves all of them.
CELERY_TASK_QUEUES = [Queue(lane, routing_key=lane) for lane in ("person", "polls", "mail", "bulk")]
CELERY_TASK_DEFAULT_QUEUE = "bulk"
# How long a tick of each lane claims. One of long work ends before the next begins, so that one worker process is enough.
WORK_TICK_SECONDS = {"person": 4.0, "polls": 4.0, "mail": 4.0, "bulk": 2.0}
# How many threads work in one process.
WORK_THREADS = env.int("WORK_THREADS", default=4)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Seconds. A cut-over of millions of posts is one transaction: it is not to be ended half-way again and again.
WORK_LIMITS = {"bulk": {"soft_time_limit": 1_800, "time_limit": 1_860}}
CELERY_BEAT_SCHEDULE = {
    **{
        f"pump-{lane}": {
            "task": "jobs.tasks.pump", "args": [lane], "schedule": seconds,
            "options": {"queue": lane, "expires": seconds, **WORK_LIMITS.get(lane, {})},
        }
        for lane, seconds in (("person", 2.0), ("polls", 5.0), ("mail", 2.0), ("bulk", 5.0))
    },
    "forget-old-deliveries": {
        "task": "tiktok.tasks.forget_old_deliveries", "schedule": 3600.0, "options": {"expires": 600},
    },
    "fold-counters": {
        "task": "tenancy.tasks.fold_counters", "schedule": 600.0, "options": {"expires": 300},
    },
    "write-ledger": {
        "task": "files.tasks.write_ledger", "schedule": 60.0, "options": {"expires": 60},
    },
    "forget-strangers": {
        "task": "tenancy.tasks.forget_strangers", "schedule": 21_600.0, "options": {"expires": 3_600},
    },
    "collect-files": {
        "task": "files.tasks.collect_files", "schedule": 3600.0, "options": {"expires": 600},
    },
    "forget-old-attempts": {
        "task": "tiktok.tasks.forget_old_attempts", "schedule": 3600.0, "options": {"expires": 600},
    },
    "plan-duplicate-checks": {
        "task": "crm.tasks.plan_duplicate_checks", "schedule": 21_600.0, "options": {"expires": 3_600},
    },
    "plan-results": {
        "task": "campaigns.tasks.plan_results", "schedule": 21_600.0, "options": {"expires": 3_600},
    },
    "plan-order-reminders": {
        "task": "campaigns.tasks.plan_order_reminders", "schedule": 21_600.0, "options": {"expires": 3_600},
    },
    "plan-alerts": {
        "task": "alerts.tasks.plan_alerts", "schedule": 600.0, "options": {"expires": 300},
    },
    # More than once a day, so that no restart of beat postpones it for long.
    "keep-history": {
        "task": "tiktok.tasks.keep_history", "schedule": 21_600.0, "options": {"expires": 3_600},
    },
}  # fmt: skip

# --- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.auth.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.auth.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": "600/min"},
    "EXCEPTION_HANDLER": "api.errors.problem_json",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Influence API",
    "DESCRIPTION": "Influencers, TikTok accounts, campaigns, orders and posts of one organization.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.describe_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AccountKind": "tiktok.enums.AccountKind",
        "CampaignState": "campaigns.enums.CampaignState",
        "OrderState": "campaigns.enums.OrderState",
        "Source": "tiktok.enums.Source",
    },
}

# --- logs, errors -----------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False)
                if LOCAL
                else structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                # As text, for either renderer: one drops the traceback, the other adds local variables, tokens too.
                structlog.processors.format_exc_info,
            ],
        }
    },
    "filters": {"shown_paths": {"()": "influence.request_log.ShownPaths"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["shown_paths"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "urllib3": {"level": "WARNING"},
        # A tick every few seconds is no news.
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# What a Prometheus scraper sends as `Authorization: Bearer …`; empty: only signed-in ops may read /metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    from influence.error_reports import without_secrets

    # Local variables of a failing frame may hold a token.
    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        before_send=without_secrets,  # type: ignore[arg-type]  # the event is a plain dict to us
    )
