"""Every setting, read from the environment; the defaults run the embedded installation (SQLite, one process)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from meldkring.config.environment import Environment

env = Environment()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = env.folder("MELDKRING_DATA", default=Path.cwd() / "data")

WEB, VALKEY = ("https", "http"), ("valkey", "valkeys", "redis", "rediss", "unix")
DEBUG = False
DEMO = env.yes("MELDKRING_DEMO")
SECRET_KEY = env.key("SECRET_KEY", DATA)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.address("SITE_URL", schemes=WEB, example="https://meldkring.example.org", default="http://127.0.0.1:8000")
MAP_TILES = env.address(
    "MAP_TILES", schemes=WEB, example="https://tiles.example.org/{z}/{x}/{y}.png"
)  # without it maps show our own shapes
MAP_CREDIT = env.text("MAP_CREDIT")
API_PER_MINUTE = env.count("API_PER_MINUTE", default=300)  # requests per key
# For how many days what is kept (docs/operate/privacy.md).
KEPT_DAYS = env.days(
    "KEEP_DAYS", messages=200 if DEMO else 30, open_cases=200 if DEMO else 90,  # the town of the demo has half a year of history to look at
    places=90, letters=365, mails=30, deliveries=60, sign_ups=30, awaited=365, codes=1,
    proofs=365, duty=365, officers=365, silent=365, unopened=90, audit=1095,
)  # fmt: skip
# who may begin a district here
OPEN_FOR_DISTRICTS = env.one_of("OPEN_FOR_DISTRICTS", ("anyone", "approval", "closed"), "anyone" if DEMO else "approval")
LOCATIESERVER_URL = env.address("LOCATIESERVER_URL", schemes=WEB, example="https://api.pdok.nl/bzk/locatieserver/search/v3_1")
WORK_HERE = env.yes("WORK_HERE", default=True)  # off where `meldkring work` does it
HOST, PORT = env.text("HOST", default="127.0.0.1"), env.port("PORT", default=8000)
BELL_URL = env.address("BELL_URL", schemes=VALKEY, example="valkey://127.0.0.1:6379/0")
WEB_PUSH = {
    "MELDKRING_DATA": str(DATA),
    "SITE_URL": SITE_URL,
    "VAPID_PRIVATE_KEY": env.text("VAPID_PRIVATE_KEY"),
    "VAPID_SUBJECT": env.text("VAPID_SUBJECT"),
    "PUSH_MAY_BE_LOCAL": env.text("PUSH_MAY_BE_LOCAL"),
}

INSTALLED_APPS = [
    "meldkring.config",
    "meldkring.places",
    "meldkring.people",
    "meldkring.groups",
    "meldkring.messaging",
    "meldkring.cases",
    "meldkring.joining",
    "meldkring.complaints",
    "meldkring.growth",
    "meldkring.delivery",
    "meldkring.figures",
    "meldkring.intake",
    "meldkring.publicity",
    "meldkring.chat_groups",
    "meldkring.audit",
    "meldkring.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "meldkring.web.frame.small.SmallFiles",
    "meldkring.web.frame.small.SmallPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "meldkring.web.frame.language.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "meldkring.web.frame.last_seen.LastSeen",
]
ROOT_URLCONF = "meldkring.config.urls"
ASGI_APPLICATION = "meldkring.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "meldkring.web.frame.shell.context",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{DATA / 'meldkring.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None  # kept as long as its thread, see config/threads.py
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 10, "timeout": 10}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits live here: the few hundred entries of Django's default would let anybody push theirs out by asking for others.
HERE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
CACHES = {
    "default": {"BACKEND": "meldkring.config.cache.ValkeyCache", "LOCATION": BELL_URL} if BELL_URL else HERE,
    "here": HERE | {"LOCATION": "here"},
}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "meldkring.people.signing_in.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Per connection; a meeting where twenty neighbours sign up shares one. How often an address gets a code is limited in people/codes.py.
ACCOUNT_RATE_LIMITS = {
    "sign_up": "120/h/ip",
    "sign_up_code": "60/h/ip",
    "sign_up_prove": "120/h/ip",
    "find_district": "60/h/ip",
    "complain": "5/h/ip",
    "start_district": "5/h/ip",
    "start_prove": "30/h/ip",
}
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
USERSESSIONS_TRACK_ACTIVITY = True
MFA_ADAPTER = "meldkring.people.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Meldkring"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account is entered by a code to its e-mail address, so that is proven
# Officials sign in with the account of their municipality; without OIDC_SERVER_URL there is no such door.
OIDC: dict[str, Any] = {
    "SERVER_URL": env.address("OIDC_SERVER_URL", schemes=WEB, example="https://login.example.org/realms/gemeente"),
    "NAME": env.text("OIDC_NAME") or _("your municipality"),
    "ACR": env.words("OIDC_ACR"),
    "AMR": env.words("OIDC_AMR", default=["mfa"]),
    "MUNICIPALITY_CLAIM": env.text("OIDC_MUNICIPALITY_CLAIM"),
    "EMAIL_TRUSTED": env.yes("OIDC_EMAIL_TRUSTED"),
}
SOCIALACCOUNT_ADAPTER = "meldkring.groups.official_sign_in.Adapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "gemeente", "name": "gemeente", "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"), "settings": {"server_url": OIDC["SERVER_URL"]},
            }
        ] if OIDC["SERVER_URL"] else [],
    }
}  # fmt: skip
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.yes("HTTPS")

EMAIL_CONFIG = env.mail("EMAIL_URL")
vars().update(EMAIL_CONFIG)
# A mail provider over HTTP; its own settings are called as Anymail calls them.
ANYMAIL_PROVIDER = env.text("ANYMAIL_PROVIDER", default="")
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_") and name != "ANYMAIL_PROVIDER"
}
if ANYMAIL_PROVIDER and not env.text("EMAIL_URL", default=""):
    EMAIL_BACKEND = f"anymail.backends.{ANYMAIL_PROVIDER}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default="Meldkring <meldkring@localhost>")

REPLY_DOMAIN = env.text("REPLY_DOMAIN", default="in.voorbeeld.test" if DEMO else "").lower().lstrip("@")
POLICE_MAIL_FROM = env.text("POLICE_MAIL_FROM", default="politie.nl")  # a new address takes mail from these domains
MAIL_CHECKED_BY = env.text("MAIL_CHECKED_BY")  # the name with which our own mail server signs Authentication-Results

WHATSAPP_NUMBER = env.text("WHATSAPP_NUMBER")
SMS_URL = env.address("SMS_URL", schemes=WEB, example="https://sms.example.org/send")
SMS_TOKEN = env.text("SMS_TOKEN")

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None  # served straight from the package
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

TILES_FROM = ["{0.scheme}://{0.netloc}".format(urlsplit(MAP_TILES.replace("{s}", "*")))] if MAP_TILES else []
# A browser follows the sign-in form to where it is sent on.
OIDC_AT = ["{0.scheme}://{0.netloc}".format(urlsplit(str(OIDC["SERVER_URL"])))] if OIDC["SERVER_URL"] else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *TILES_FROM],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *OIDC_AT],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), "WARNING")},
}

env.settle()
