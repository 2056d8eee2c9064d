"""Every setting, read from the environment; the defaults run the embedded installation (SQLite, one process)."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from meldkring.config import addresses
from meldkring.config.secret import kept_key

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(env.str("MELDKRING_DATA", default=str(Path.cwd() / "data")))

DEBUG = False
DEMO = env.bool("MELDKRING_DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_key(DATA)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
MAP_TILES = env.str("MAP_TILES", default="")  # such as https://tiles.example.org/{z}/{x}/{y}.png; without it maps show our own shapes
MAP_CREDIT = env.str("MAP_CREDIT", default="")
OPEN_FOR_DISTRICTS = env.str("OPEN_FOR_DISTRICTS", default="anyone" if DEMO else "approval")  # or "closed": who may begin a district here
LOCATIESERVER_URL = env.str("LOCATIESERVER_URL", default="")
WORK_HERE = env.bool("WORK_HERE", default=True)  # off where `meldkring work` does it
BELL_URL = env.str("BELL_URL", default="")
WEB_PUSH = {
    "MELDKRING_DATA": str(DATA),
    "SITE_URL": SITE_URL,
    "VAPID_PRIVATE_KEY": env.str("VAPID_PRIVATE_KEY", default=""),
    "VAPID_SUBJECT": env.str("VAPID_SUBJECT", default=""),
    "PUSH_MAY_BE_LOCAL": env.str("PUSH_MAY_BE_LOCAL", default=""),
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
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "meldkring.web.language.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
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
                "meldkring.web.shell.context",
            ],
        },
    }
]

DATABASES = {"default": addresses.database(env, otherwise=f"sqlite:///{DATA / 'meldkring.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if BELL_URL:
    CACHES = {"default": {"BACKEND": "meldkring.config.cache.ValkeyCache", "LOCATION": BELL_URL}}

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
# Per connection; a meeting where twenty neighbours sign up shares one. How often an address gets a code is limited in joining/codes.py.
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
OIDC = {
    "SERVER_URL": env.str("OIDC_SERVER_URL", default="").rstrip("/"),
    "NAME": env.str("OIDC_NAME", default="") or _("your municipality"),
    "ACR": env.list("OIDC_ACR", default=[]),
    "AMR": env.list("OIDC_AMR", default=["mfa"]),
    "MUNICIPALITY_CLAIM": env.str("OIDC_MUNICIPALITY_CLAIM", default=""),
    "EMAIL_TRUSTED": env.bool("OIDC_EMAIL_TRUSTED", default=False),
}
SOCIALACCOUNT_ADAPTER = "meldkring.groups.official_sign_in.Adapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "gemeente", "name": "gemeente", "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""), "settings": {"server_url": OIDC["SERVER_URL"]},
            }
        ] if OIDC["SERVER_URL"] else [],
    }
}  # fmt: skip
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS", default=False)

EMAIL_CONFIG = addresses.mail(env)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Meldkring <meldkring@localhost>")

REPLY_DOMAIN = env.str("REPLY_DOMAIN", default="in.voorbeeld.test" if DEMO else "").strip().lower().lstrip("@")
POLICE_MAIL_FROM = env.str("POLICE_MAIL_FROM", default="politie.nl")  # a new address takes mail from these domains
MAIL_CHECKED_BY = env.str("MAIL_CHECKED_BY", default="")  # the name with which our own mail server signs Authentication-Results

WHATSAPP_NUMBER = env.str("WHATSAPP_NUMBER", default="")
SMS_URL = env.str("SMS_URL", default="")
SMS_TOKEN = env.str("SMS_TOKEN", default="")

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
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
