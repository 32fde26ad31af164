"""Django's settings, from the environment. Every limit that the product keeps has its name here."""

import os
from datetime import timedelta
from pathlib import Path

from toride.base import config, home, stores
from toride.base.errors import ConfigurationError

ROOT = config.ROOT
HOME = config.home()
DEMO = home.is_demo(HOME)
DEBUG = False
INSTITUTION = home.institution(HOME)
SECRET_KEY = home.secret(HOME, "session")

DATABASES = stores.databases(HOME)
DATABASE_ROUTERS = ["toride.base.stores.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "django_htmx",
    "toride.jobs",
    "toride.ui",
    "toride.vault",
    "toride.vault.keystore",
    "toride.audit",
    "toride.access",
    "toride.work",
    "toride.lists",
    "toride.disclosure",
    "toride.customers",
    "toride.sales",
]

MIDDLEWARE = [
    "toride.ui.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "toride.ui.middleware.Received",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "toride.access.middleware.Gate",
]

ROOT_URLCONF = "toride.urls"
WSGI_APPLICATION = "toride.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [p / "templates" for p in sorted((Path(__file__).parent).iterdir()) if (p / "templates").is_dir()],
        "OPTIONS": {"environment": "toride.ui.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "ui" / "locale"]
LANGUAGE_COOKIE_SECURE = config.flag("TORIDE_TLS")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = config.text("TORIDE_TIME_ZONE", "Asia/Tokyo")
STATIC_URL = "/static/"

AUTH_USER_MODEL = "access.Person"
AUTHENTICATION_BACKENDS = ["toride.access.signin.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "toride.access.signin.steps.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False  # our own: access/locks.py
ALLAUTH_TRUSTED_PROXY_COUNT = 0

BREACHED_PASSWORDS_URL = config.address("TORIDE_BREACHED_PASSWORDS_URL")  # none: only the list that ships

# Mail (docs/mail.md): the server, who sends, where links lead, and whose certificates are trusted beside the system's
MAIL = config.mail_server("TORIDE_MAIL_URL")
MAIL_FROM: str = config.mail_address("TORIDE_MAIL_FROM") or ""
MAIL_CA = config.text("TORIDE_MAIL_CA")
PUBLIC_URL: str = config.address("TORIDE_PUBLIC_URL") or ""
if MAIL and not (MAIL_FROM and PUBLIC_URL):
    raise ConfigurationError("TORIDE_MAIL_URL also needs TORIDE_MAIL_FROM (who sends) and TORIDE_PUBLIC_URL (links).")

TLS = config.flag("TORIDE_TLS")
SESSION_ENGINE = "toride.access.signin.sessions"
SESSION_COOKIE_NAME = "__Host-toride" if TLS else "toride"
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(minutes=config.number("TORIDE_SESSION_IDLE_MINUTES", 30, least=1, most=1440))
SESSION_ABSOLUTE = timedelta(hours=config.number("TORIDE_SESSION_HOURS", 10, least=1, most=168))
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "toride-csrf"
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "toride.access.responses.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
ALLOWED_HOSTS = (config.text("TORIDE_HOSTS") or "localhost,127.0.0.1").split(",")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600  # the columns of an import, and what stands around them
# A body arrives within the patience (seconds), or at that rate (bytes a second); all bodies of one process together
RECEIVE_PATIENCE = config.number("TORIDE_RECEIVE_SECONDS", 10, least=1, most=600)
RECEIVE_RATE = config.number("TORIDE_RECEIVE_RATE", 16_384, least=1, most=2**30)
RECEIVE_HELD = 134_217_728
FILE_UPLOAD_HANDLERS: list[str] = []  # a file in a form is never parsed, so never in clear on a disk (imports: PUT)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # a cache would be pickled objects

APPROVAL_LIFETIME = timedelta(hours=config.number("TORIDE_APPROVAL_HOURS", 24, least=1, most=168))
GLASS_REVIEW = timedelta(days=config.number("TORIDE_GLASS_REVIEW_DAYS", 3, least=1, most=30))

# Vault: how long an unwrapped root-protected key lives in memory before the KMS is asked again.
KEY_LIFETIME = timedelta(minutes=config.number("TORIDE_KEY_LIFETIME_MINUTES", 30, least=1, most=60))
TERMS_MONTHS = config.number("TORIDE_TERMS_MONTHS", 13, least=1, most=120)  # then search terms open to nobody
KMS = config.text("TORIDE_KMS") or f"file:{HOME / 'kms' / 'root.json'}"
# Import (C7)
IMPORT_MAX_BYTES = config.number("TORIDE_IMPORT_MAX_MB", 512, least=1, most=2047) * 1_048_576
IMPORT_MAX_COLUMNS = 500
IMPORT_MAX_CELL = 10_000
IMPORT_PARSER_MEMORY = 1_500 * 1_048_576
IMPORT_PARSER_SECONDS = 900

# Numbers that must not be here (C12): refuse, mask or apart
BARRED_NUMBERS = config.choice("TORIDE_BARRED_NUMBERS", ("refuse", "mask", "apart"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "toride.base.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {  # what strangers send, such as a mistyped address, stays out of the log
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("TORIDE_LOG_LEVEL", "WARNING")},
}
