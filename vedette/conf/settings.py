"""Django settings. Everything an operator sets is an environment variable; docs/operate.md lists them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from vedette.conf.secrets import derive, earlier_secrets, master_secret
from vedette.web.hosts import Hosts

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("VEDETTE_DATA", "vedette-data")).resolve()
DATA.mkdir(parents=True, exist_ok=True)

MASTER_SECRET = master_secret(DATA)
EARLIER_SECRETS = earlier_secrets(DATA)
SECRET_KEY = derive(MASTER_SECRET, "django").hex()
#: Ed25519 key that signs the ledger's head and checkpoints; made at first use.
LEDGER_KEY_FILE = Path(os.environ.get("VEDETTE_LEDGER_KEY", DATA / "ledger.pem"))
#: The directory in which folders may lie that reports come in by; None: none may.
REPORTS_FOLDER = os.environ.get("VEDETTE_REPORTS") or None

DEBUG = False
#: Loopback, the names given here, and the organisation's public address as it is set on the settings page.
ALLOWED_HOSTS = Hosts(
    [*os.environ.get("VEDETTE_HOSTS", "").replace(",", " ").split(), "localhost", "127.0.0.1", "[::1]"]
)
SECURE = os.environ.get("VEDETTE_HTTPS", "") == "1"


def _database() -> dict[str, Any]:
    url = os.environ.get("VEDETTE_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "vedette.conf.sqlite",
            "NAME": DATA / "vedette.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": DATA / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(
            f"VEDETTE_DATABASE_URL: {parts.scheme}:// is not supported; use postgresql://user:password@host/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
    }


def _minutes(name: str, otherwise: str) -> float:
    said = os.environ.get(name, otherwise)
    try:
        minutes = float(said)
    except ValueError:
        minutes = 0
    if not 1 <= minutes <= 24 * 60:
        raise ValueError(f"{name}: {said!r} is no number of minutes from 1 to 1440")
    return minutes


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "vedette.ledger",
    "vedette.access",
    "vedette.people",
    "vedette.reports",
    "vedette.threats",
    "vedette.warnings",
    "vedette.dispatch",
    "vedette.exchange",
    "vedette.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vedette.web.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "vedette.web.setup.middleware.FirstRunMiddleware",
    "vedette.web.middleware.ActorMiddleware",
]

ROOT_URLCONF = "vedette.conf.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vedette.web.context.house",
            ]
        },
    }
]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "vedette.web.accounts.ClosedDoor"
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
#: For how long a proof of who one is holds; whoever approves proves it again after that.
PROOF_HOLDS = timedelta(minutes=_minutes("VEDETTE_PROOF_MINUTES", "5"))

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in os.environ.get("VEDETTE_HOSTS", "").replace(",", " ").split()]
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "assets"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("VEDETTE_LOG", "WARNING")},
}
