"""Settings: from the environment, with defaults that let a newcomer start at once.

`CHUCHEON_MODE` is `demonstration` (the default: SQLite, keys made on first use, a visible
band on every page) or `production` (PostgreSQL and Redis, keys given, HTTPS).
"""

import os
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.secrets import text_secret

BASE_DIR = Path(__file__).resolve().parent.parent


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


MODE = os.environ.get("CHUCHEON_MODE", "demonstration")
if MODE not in {"demonstration", "production"}:
    raise ImproperlyConfigured("CHUCHEON_MODE is `demonstration` or `production`.")
DEMONSTRATION = MODE == "demonstration"
DEBUG = os.environ.get("DEBUG", "0") == "1"

# Data, and the keys that open it, live apart: a copy of one is useless without the other.
VAR_DIR = Path(os.environ.get("CHUCHEON_VAR", BASE_DIR / "var")).resolve()
KEYS_DIR = Path(os.environ.get("CHUCHEON_KEYS", VAR_DIR / "keys")).resolve()
FILES_DIR = VAR_DIR / "files"
ASSETS_DIR = Path(os.environ.get("CHUCHEON_ASSETS", VAR_DIR / "assets")).resolve()
LETTER_FONTS_DIR = ASSETS_DIR / "letter-fonts"
# A server for time stamps (RFC 3161); without one letters carry the signer's own time only.
LETTER_TIMESTAMP_URL = os.environ.get("CHUCHEON_TIMESTAMP_URL", "")
CATALOGUE_DIR = BASE_DIR / "programs" / "catalogue"
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = text_secret("secret_key", folder=KEYS_DIR, may_create=DEMONSTRATION)

PORT = int(os.environ.get("PORT", "8000"))
# The address printed in letters and mails; no trailing slash.
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver" if DEMONSTRATION else ""
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "audit",
    "notifications",
    "files",
    "accounts",
    "programs",
    "applications",
    "letters",
    "reviews",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Deny by default: a view is open only if it says so with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Staff without a second factor go no further, outside a demonstration.
    "accounts.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ]
        },
    }
]
FORM_RENDERER = "portal.renderers.KrdsRenderer"

# --- Database ------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that will write takes its place in line at once; with SQLite's
    # default two readers that both want to write fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    # The web process gives up rather than queue behind a stuck transaction; workers wait longer.
    patience = os.environ.get("CHUCHEON_STATEMENT_TIMEOUT_MS", "10000")
    lock_patience = os.environ.get("CHUCHEON_LOCK_TIMEOUT_MS", "5000")
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "options": f"-c statement_timeout={patience} -c lock_timeout={lock_patience}",
        # Asked for by audit.prepared alone. A pooler that lends connections by transaction does
        # not keep what was prepared on them.
        "prepare_threshold": None if os.environ.get("CHUCHEON_DATABASE_POOLER") == "1" else 5,
    }

# --- People --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupNameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and no other
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password, a new authenticator: the person hears
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_TOTP_ISSUER = "Chucheon"
# They count in the cache, which all web processes share. `key` is the mail address.
ACCOUNT_RATE_LIMITS = {
    "signup": "30/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/3m/key",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
# Mails are kept: a link that sets a password must not stay good for long.
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Language and time ---------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
USE_THOUSAND_SEPARATOR = True

# --- Static files --------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("CHUCHEON_STATIC", VAR_DIR / "static")).resolve()
STATICFILES_DIRS = [BASE_DIR / "static", ASSETS_DIR / "web"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Sealed bytes only (files.services encrypts before they get here).
    "sealed": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_DIR, "file_permissions_mode": 0o600},
    },
}
# Uploads larger than this never reach a form (files.limits says what a document may weigh).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Safety --------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
if not DEMONSTRATION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "frame-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [NONE],
    }
}

# How many of our own proxies stand before the web process: the rate limits of the public pages
# read the caller's address past that many entries of X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))

# --- API -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.handle",
    "DEFAULT_THROTTLE_RATES": {"public": "60/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chucheon API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- Tasks ---------------------------------------------------------------------------------
# The outbox row is the truth, the Celery message a hint: any broker will do, because what a
# broker loses the sweeper sends again (docs/architecture.md).
REDIS_URL = os.environ.get("REDIS_URL", "")
# How old a copy of the signed revocation list may be; it is signed anew at half of it.
LETTERS_LIST_HOURS = int(os.environ.get("CHUCHEON_REVOCATION_LIST_HOURS", "24"))
# So many days before a signing key ends, its office's administrators are warned (assumed).
LETTERS_KEY_WARNING_DAYS = int(os.environ.get("CHUCHEON_KEY_WARNING_DAYS", "60"))
# How long a file of many letters is kept before it is destroyed.
LETTERS_BUNDLE_HOURS = int(os.environ.get("CHUCHEON_BUNDLE_HOURS", "72"))
TASK_TIME_LIMIT = int(os.environ.get("CHUCHEON_TASK_SECONDS", "120"))
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A letters' process draws every design once before it says that it is up (letters.warming): on a
# busy machine longer than the four seconds after which Celery would kill it.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
# In kilobytes: a process that holds more after a task is replaced by a new one.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 800_000
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": max(3 * TASK_TIME_LIMIT, 60),
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": BROKER_DIR / "queue",
        "data_folder_out": BROKER_DIR / "queue",
        "processed_folder": BROKER_DIR / "processed",
        "control_folder": BROKER_DIR / "control",
        "store_processed": False,
        "polling_interval": 0.05,
    }
    for folder in ("queue", "processed", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
        }
    }

# --- Mail ----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "no-reply@chucheon.invalid")
if mail_host := os.environ.get("MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = mail_host
    EMAIL_PORT = int(os.environ.get("MAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("MAIL_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("MAIL_PASSWORD", "")
    EMAIL_USE_TLS = os.environ.get("MAIL_TLS", "1") == "1"
    EMAIL_TIMEOUT = 20
else:
    # No mail server: mails become files that a person can open.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}

TESTING = "pytest" in sys.modules
