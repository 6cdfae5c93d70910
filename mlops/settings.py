"""Django's settings, all derived from the `MLOPS_…` variables of mlops.env."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

from mlops import env
from mlops.confinement.confining import MODES
from mlops.formats.labels import read_labels
from mlops.trail import lines

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.secret_key()
DEBUG = env.read("MLOPS_DEBUG") == "1"
ALLOWED_HOSTS = ["*"]  # Django's own check knows no addresses; mlops.accounts.hosts stands before it
OWN_NAMES = [name.strip().lower() for name in env.read("MLOPS_ALLOWED_HOSTS").split(",") if name.strip()]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "guardian",
    "mlops.access",
    "mlops.work",
    "mlops.blobs",
    "mlops.events",
    "mlops.tags",
    "mlops.bin",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "mlops.accounts",
    "mlops.alerts",
    "mlops.datastores",
    "mlops.scans",
    "mlops.uploads",
    "mlops.quotas",
    "mlops.imports",
    "mlops.datasets",
    "mlops.environments",
    "mlops.clusters",
    "mlops.compute",
    "mlops.components",
    "mlops.runs",
    "mlops.traces",
    "mlops.registry",
    "mlops.pipelines",
    "mlops.execution",
    "mlops.jobs",
    "mlops.packaging",
    "mlops.deployments",
    "mlops.collected",
    "mlops.devices",
    "mlops.batch",
    "mlops.rollouts",
    "mlops.replays",
    "mlops.telemetry",
    "mlops.monitoring",
    "mlops.retraining",
    "mlops.explanations",
    "mlops.repositories",
    "mlops.lineage",
    "mlops.analytics",
    "mlops.administration",
    "django.contrib.admin.apps.SimpleAdminConfig",  # behind ours, whose templates come first
    "mlops.mlflow_api",
    "mlops.web",
    "designer",
]

MIDDLEWARE = [
    "mlops.access.http_counts.Counted",
    "mlops.web.security.ContentSecurityPolicy",  # first, so that every refusal below carries it too
    "mlops.accounts.hosts.OwnNames",
    "mlops.accounts.address_pace.AddressPace",
    "mlops.web.streaming.LetGo",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mlops.events.circumstances.NoteCircumstances",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mlops.access.language.SpeakTheirs",
    "mlops.accounts.presence.Presence",
    "mlops.web.maintenance.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mlops.web.refusals.RefusalPages",
]

ROOT_URLCONF = "mlops.urls"
ASGI_APPLICATION = "mlops.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mlops.web.context.frame",
            ],
            "builtins": ["mlops.web.templatetags.retold"],
        },
    }
]

DATABASES = {
    # Under ASGI each request has a thread of its own, so this would keep none; the web process does by `server.kept`.
    "default": dj_database_url.parse(
        env.read("MLOPS_DATABASE_URL") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}", conn_max_age=0
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
    }
    # A file, as in service: several threads write to it.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DATABASE_CONNECTIONS = max(1, int(env.read("MLOPS_DATABASE_CONNECTIONS")))
RUN_METRICS_COMMIT = env.choice("MLOPS_RUN_METRICS_COMMIT", ("soon", "durable"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
    *(["mlops.accounts.outside.ldap.Directory"] if env.read("MLOPS_LDAP_URL") else []),
]
PASSWORD_LENGTH = int(env.read("MLOPS_PASSWORD_LENGTH"))
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
SESSION_COOKIE_AGE = int(float(env.read("MLOPS_SESSION_HOURS")) * 3600)
SESSION_IDLE_HOURS = float(env.read("MLOPS_SESSION_IDLE_HOURS"))
CONFIRM_MINUTES = float(env.read("MLOPS_CONFIRM_MINUTES"))
SECOND_FACTOR = env.choice("MLOPS_SECOND_FACTOR", ("optional", "administrators", "owners", "everybody"))
SECOND_FACTOR_GRACE_DAYS = int(env.read("MLOPS_SECOND_FACTOR_GRACE_DAYS"))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.read("MLOPS_URL").startswith("https://")
SECURE_HSTS_SECONDS = int(env.read("MLOPS_HSTS_SECONDS"))
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

AXES_HANDLER = "mlops.accounts.lockout.Lockout"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "mlops.accounts.lockout.address_of"
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # refusals are ours; axes' middleware would write its own
RATE_PERSON = int(env.read("MLOPS_RATE_PERSON"))
RATE_ADDRESS = int(env.read("MLOPS_RATE_ADDRESS"))
LOCKOUT_ATTEMPTS = int(env.read("MLOPS_LOCKOUT_ATTEMPTS"))
LOCKOUT_ADDRESS_ATTEMPTS = int(env.read("MLOPS_LOCKOUT_ADDRESS_ATTEMPTS"))
LOCKOUT_MINUTES = float(env.read("MLOPS_LOCKOUT_MINUTES"))

SOCIALACCOUNT_ADAPTER = "mlops.accounts.outside.adapter.OurPeople"
MFA_ADAPTER = "mlops.accounts.factors.adapter.SealedFactors"
MFA_TOTP_TOLERANCE = 1
ACCOUNT_EMAIL_VERIFICATION = "none"
OIDC_ISSUER = env.read("MLOPS_OIDC_ISSUER")
OIDC_CLIENT_ID = env.read("MLOPS_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.read("MLOPS_OIDC_CLIENT_SECRET")
OIDC_NAME = env.read("MLOPS_OIDC_NAME")
OIDC_SCOPES = env.read("MLOPS_OIDC_SCOPES").split()
OIDC_GROUP_CLAIM = env.read("MLOPS_OIDC_GROUP_CLAIM")
OIDC_GROUPS = env.read("MLOPS_OIDC_GROUPS")
OUTSIDE_PEOPLE = env.choice("MLOPS_OUTSIDE_PEOPLE", ("created", "invited"))
OUTSIDE_DOMAINS = [one.strip().lower() for one in env.read("MLOPS_OUTSIDE_DOMAINS").split(",") if one.strip()]
LDAP_URL = env.read("MLOPS_LDAP_URL")
LDAP_STARTTLS = env.read("MLOPS_LDAP_STARTTLS") == "1"
LDAP_BIND_DN = env.read("MLOPS_LDAP_BIND_DN")
LDAP_BIND_PASSWORD = env.read("MLOPS_LDAP_BIND_PASSWORD")
LDAP_BASE = env.read("MLOPS_LDAP_BASE")
LDAP_FILTER = env.read("MLOPS_LDAP_FILTER")
LDAP_GROUPS = env.read("MLOPS_LDAP_GROUPS")

SAML_METADATA = env.read("MLOPS_SAML_METADATA")
SAML_NAME = env.read("MLOPS_SAML_NAME")
SAML_GROUP_ATTRIBUTE = env.read("MLOPS_SAML_GROUP_ATTRIBUTE")
SAML_GROUPS = env.read("MLOPS_SAML_GROUPS")
SAML_KEY = env.read("MLOPS_SAML_KEY")
SAML_CERTIFICATE = env.read("MLOPS_SAML_CERTIFICATE")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
FORMAT_MODULE_PATH = ["mlops.locale"]
LOCALE_PATHS = [BASE_DIR / "mlops" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Uploads go to disk as they arrive; nothing of a file is held in memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mlops.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
        "mlops.accounts.authentication.PasswordAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["mlops.accounts.pace.Pace"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["mlops.access.rendering.ToldJson"],
    "DEFAULT_PARSER_CLASSES": [
        "mlops.access.parsing.PlainJson",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "mlops.access.paging.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "mlops.access.openapi.Drawn",
    "EXCEPTION_HANDLER": "mlops.access.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MLOps Studio",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {"StrictnessEnum": "mlops.scans.models.Strictness"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "mlops.access.openapi.tell_refusals",
        "mlops.access.titles.tell_titles",
        "mlops.access.meanings.tell_meanings",
    ],
}

CELERY_BROKER_URL = env.read("MLOPS_BROKER_URL")
LOG_FORMAT = env.choice("MLOPS_LOG_FORMAT", lines.FORMS)
ROUTER_URL = env.read("MLOPS_ROUTER_URL").rstrip("/")
ROUTER_TOKEN = env.read("MLOPS_ROUTER_TOKEN")
DATA_DIR_SHARED = env.read("MLOPS_DATA_DIR_SHARED") == "1"
INNER_ROUTER_URL = env.read("MLOPS_INNER_ROUTER_URL").rstrip("/")
SMTP_URL = env.read("MLOPS_SMTP_URL")
MAIL_FROM = env.read("MLOPS_MAIL_FROM")
REASON_REQUIRED = [one.strip() for one in env.read("MLOPS_REASON_REQUIRED").split(",") if one.strip()]
CHECK_EVENTS = False  # tests hold every event to the catalogue
ALLOWED_PRIVATE_HOSTS = env.read("MLOPS_ALLOWED_PRIVATE_HOSTS")
WATCHED_FOLDERS = env.read("MLOPS_WATCHED_FOLDERS")
TELEMETRY_MINUTES_DAYS = float(env.read("MLOPS_TELEMETRY_MINUTES_DAYS"))
TELEMETRY_HOURS_DAYS = float(env.read("MLOPS_TELEMETRY_HOURS_DAYS"))
GARBAGE_GRACE_HOURS = float(env.read("MLOPS_GARBAGE_GRACE_HOURS"))
UPLOAD_MOST_BYTES = int(env.read("MLOPS_UPLOAD_MOST_BYTES"))
UPLOADS_MOST_BYTES = int(env.read("MLOPS_UPLOADS_MOST_BYTES"))
UPLOAD_KEEP_HOURS = float(env.read("MLOPS_UPLOAD_KEEP_HOURS"))
BIN_DAYS = int(env.read("MLOPS_BIN_DAYS"))
CODE_MOST_BYTES = int(env.read("MLOPS_CODE_MOST_BYTES"))
CODE_MOST_FILES = int(env.read("MLOPS_CODE_MOST_FILES"))
ENVIRONMENT_KEEP_DAYS = int(env.read("MLOPS_ENVIRONMENT_KEEP_DAYS") or 0)
STEP_CONTAINERS = env.choice("MLOPS_STEP_CONTAINERS", ("auto", "kubernetes", "never"))
STEP_NETWORK = env.read("MLOPS_STEP_NETWORK")
STEP_CLUSTER = env.read("MLOPS_STEP_CLUSTER")
STEP_NAMESPACE = env.read("MLOPS_STEP_NAMESPACE")
STEP_CLAIM = env.read("MLOPS_STEP_CLAIM")
STEP_CLAIM_FOLDER = env.read("MLOPS_STEP_CLAIM_FOLDER")
STEP_PENDING_MINUTES = float(env.read("MLOPS_STEP_PENDING_MINUTES"))
STEP_SLOTS = int(env.read("MLOPS_STEP_SLOTS") or (os.cpu_count() or 2))
WORKER_LABELS = read_labels(env.read("MLOPS_WORKER_LABELS"))
WORKER_GPUS = int(env.read("MLOPS_WORKER_GPUS")) if env.read("MLOPS_WORKER_GPUS") else None
PRICE_CORE_HOUR = float(env.read("MLOPS_PRICE_CORE_HOUR"))
PRICE_GB_HOUR = float(env.read("MLOPS_PRICE_GB_HOUR"))
PRICE_CURRENCY = env.read("MLOPS_PRICE_CURRENCY")
STEP_MEMORY_BYTES = int(env.read("MLOPS_STEP_MEMORY_BYTES") or 0) or None
STEP_PROCESSES = int(env.read("MLOPS_STEP_PROCESSES") or 0) or None
STEP_DISK_BYTES = int(env.read("MLOPS_STEP_DISK_BYTES") or 0) or None
STEP_FREE_BYTES = int(env.read("MLOPS_STEP_FREE_BYTES") or 0) or None
STEP_SECONDS = float(env.read("MLOPS_STEP_SECONDS") or 0) or None
JOB_CONFINEMENT = env.choice("MLOPS_JOB_CONFINEMENT", MODES)
JOB_READABLE = [path for path in env.read("MLOPS_JOB_READABLE").split(":") if path]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"marked": {"()": "mlops.trail.lines.Marked"}},
    "formatters": {"ours": {"()": "mlops.trail.lines.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours", "filters": ["marked"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "uvicorn.access": {"level": "WARNING"}},
}
