"""The only settings. Defaults run on embedded servers; the environment points elsewhere.

`DEBUG=0` means a public server: then nothing is embedded, nothing is guessed, and what is missing
is named at start. `docs/deploy/` says how to run one.
"""

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from academy import embedded

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

# Everything made on this machine: data of the embedded servers, collected static files.
LOCAL_DIR = Path(env.str("LOCAL_DIR", default=str(BASE_DIR / ".local"))).resolve()

# --- What kind of server this is ---------------------------------------------------------------

LOCAL = env.bool("DEBUG", default=True)
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("TECHNICAL_PAGES", default=False)

UNSAFE_KEY = "only-for-embedded-servers-on-this-machine-never-for-a-public-one"
SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if not LOCAL:
    given = {name for name in ("DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS") if env.str(name, "")}
    unfit = {
        "DATABASE_URL is not set: no embedded server is public": "DATABASE_URL" not in given,
        "REDIS_URL is not set: no embedded server is public": "REDIS_URL" not in given,
        "SECRET_KEY is the public default": SECRET_KEY == UNSAFE_KEY,
        "SECRET_KEY is shorter than 50 characters": len(SECRET_KEY) < 50,
        "ALLOWED_HOSTS is not set: name the hosts served": "ALLOWED_HOSTS" not in given,
        "DEMO is on: its passwords are public": DEMO,
        "TECHNICAL_PAGES is on: they show code and settings to visitors": DEBUG,
    }
    if faults := [fault for fault, found in unfit.items() if found]:
        raise ImproperlyConfigured(f"With DEBUG off: {'; '.join(faults)}.")

# --- The house ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "academy",
    "assessments",
    "enrollment",
    "courses",
    "academy.apps.OfficeConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "pgtrigger",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "academy.stand_in.sweep_when_nobody_does",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "academy.middleware.refuse_malformed_addresses",  # in the reader's language, before anything is looked up
    "django.middleware.common.CommonMiddleware",
    "academy.middleware.RefuseLargeRequests",  # before anything reads the form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "academy.middleware.keep_personal_pages_out_of_caches",
    "academy.middleware.take_back_what_browsers_keep",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "academy.middleware.ask_staff_for_a_second_factor",
    "academy.middleware.SayWhyNot",
    "academy.middleware.AnswerErrorsWith422",
]

ROOT_URLCONF = "academy.urls"
WSGI_APPLICATION = "academy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "academy.frame.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so templates/django/forms/ is ours

# --- Servers behind us -------------------------------------------------------------------------

# What the environment does not name is embedded; manage.py runs it while a command needs it.
EMBEDDED = embedded.Services(
    LOCAL_DIR,
    postgres=not env.str("DATABASE_URL", ""),
    valkey=not env.str("REDIS_URL", ""),
)

database = env.db_url_config(env.str("DATABASE_URL", "") or EMBEDDED.database_url)
options = database.setdefault("OPTIONS", {})
if "host" in options:  # the folder of a socket
    database["HOST"] = options.pop("host")
options["connect_timeout"] = 5
# In milliseconds. Who waits longer than 3 s for a row is told to try again: nobody piles up.
options["options"] = (
    "-c lock_timeout=3000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
    # Unset, each call of a trigger rolls back a subtransaction, ever slower with the rows written.
    " -c pgtrigger.ignore={}"
)
database["CONN_MAX_AGE"] = 600  # seconds; a new connection costs 4 to 14 ms per request
database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": database}

REDIS_URL = env.str("REDIS_URL", "") or EMBEDDED.redis_url
# A Valkey that answers later than this, in seconds, counts as away.
CACHE_PATIENCE = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25}
CACHES = {
    "default": {
        # Shared by all processes, as sign-in limits need; without Valkey each counts alone.
        "BACKEND": "academy.cache.DegradingCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": CACHE_PATIENCE,
        "KEY_PREFIX": "academy",
    },
}

# In the database, one indexed SELECT: signing out holds even while Valkey is away, which a session
# copied to a cache could not promise.
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Truth is in PostgreSQL: a message only says "look now", so losing or doubling one changes nothing.
CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # no results, so no nightly job of Celery's own to clear them
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # acks_late alone loses the task of a killed child
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Mail --------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://" if LOCAL else "smtp://localhost:25"))
if DEMO:
    EMAIL_BACKEND = "academy.demo.mailbox.EmailBackend"
EMAIL_USE_LOCALTIME = True
EMAIL_TIMEOUT = 10  # seconds; Django's default waits for ever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SMTC Academy <academy@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Mails and feeds are written outside any request and need the address people know.
# Keys that badges are signed with, a JSON Web Key Set: see docs/decisions/0025-badges.md. Never in a log.
BADGE_KEYS = env.str("BADGE_KEYS", default="")
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")

# --- Who may come in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "academy.User"
AUTHENTICATION_BACKENDS = ["academy.accounts.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"

TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

ACCOUNT_ADAPTER = "academy.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without a password: by code or passkey
ACCOUNT_SIGNUP_FORM_CLASS = "academy.forms.SignUpForm"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # offered to new addresses only: it would tell
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {  # beside those of the library
    "nomination_code": "8/10m/user",
    "interest": "10/10m/ip",
    "checkin_code": "10/5m/user",
    "certificate_code": "20/5m/ip",
    "certificate_file": "30/5m/ip",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LOCAL else "https"

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_TOTP_ISSUER = "SMTC Academy"

# --- What a browser is told --------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # the QR code of an authenticator app is a data: image
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

if not LOCAL:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked from inside, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- What may be sent --------------------------------------------------------------------------

LARGEST_REQUEST = 6 * 1024**2  # bytes; a view that takes files says how much more it takes
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never on the disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024**2  # bytes; more than any view takes
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Language and time -------------------------------------------------------------------------

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "overrides"]  # ours; what libraries say
FORMAT_MODULE_PATH = "academy.formats"
TIME_ZONE = "Europe/Rome"
USE_TZ = True

# --- Static files ------------------------------------------------------------------------------

titillium = find_spec("fontpkg_titillium_web")
assert titillium
assert titillium.submodule_search_locations

STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("fonts", Path(titillium.submodule_search_locations[0]) / "files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# What the markup, words and files of pages were when this code was deployed: part of every key under
# which a page or a piece of one is kept, so that nothing kept before a release is shown after it.
RELEASE = max(
    path.stat().st_mtime_ns
    for room in ("academy", "courses", "enrollment", "locale", "static", "templates")
    for path in (BASE_DIR / room).rglob("*.*")
    if path.suffix in {".css", ".html", ".js", ".mo", ".py", ".svg"}
)

# --- Diary of the server -----------------------------------------------------------------------

# Names, paths and reasons; never bodies, cookies or addresses with a token's value.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"secrets": {"()": "academy.logs.HideSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
