"""The hub's settings, all from the environment; docs/reference/settings.md says what each one does."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management.utils import get_random_secret_key

from greenroom.hub import env
from greenroom.hub.core.clock import SystemClock

DATA_DIR = Path(env.text("GREENROOM_DATA_DIR", "var")).absolute()
DEBUG = env.boolean("GREENROOM_DEBUG", False)
SECRET_KEY = env.kept_secret("GREENROOM_SECRET_KEY", DATA_DIR, get_random_secret_key)
# The first key encrypts, all of them decrypt: put a new key in front to rotate.
ENCRYPTION_KEYS = env.encryption_keys("GREENROOM_ENCRYPTION_KEYS", DATA_DIR)
PUBLIC_URL = env.address("GREENROOM_PUBLIC_URL", f"http://127.0.0.1:{env.integer('GREENROOM_PORT', 8000)}")
_HOSTS = f"127.0.0.1,localhost,{urlsplit(PUBLIC_URL).hostname}"
ALLOWED_HOSTS = env.text("GREENROOM_ALLOWED_HOSTS", "*" if DEBUG else _HOSTS).split(",")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_HTTPS = PUBLIC_URL.startswith("https://")
CERTIFICATE_FONT = env.text("GREENROOM_CERTIFICATE_FONT", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
# Whom of those GoTo tells of we make contacts; domains as after the @, with all below them.
CONTACTS_FROM_GOTO = env.choice("GREENROOM_CONTACTS_FROM_GOTO", "everybody", {"everybody", "known"})
CONTACT_DOMAINS_LEFT_OUT = env.text("GREENROOM_CONTACT_DOMAINS_LEFT_OUT").lower().replace(" ", "").split(",")
CONTACT_RETENTION_DAYS = env.integer("GREENROOM_CONTACT_RETENTION_DAYS", 0)
MAIL_RETENTION_DAYS = env.integer("GREENROOM_MAIL_RETENTION_DAYS", 365)
# Bytes of one file in a lesson.
FILE_LIMIT = env.integer("GREENROOM_FILE_LIMIT_MB", 50, at_least=1) * 1_000_000

# GoTo: the two addresses are all it takes to point the hub at the sandbox.
GOTO_API_URL = env.address("GREENROOM_GOTO_API_URL", "https://api.getgo.com")
GOTO_AUTH_URL = env.address("GREENROOM_GOTO_AUTH_URL", "https://authentication.logmeininc.com")
GOTO_CLIENT_ID = env.text("GREENROOM_GOTO_CLIENT_ID")
GOTO_CLIENT_SECRET = env.text("GREENROOM_GOTO_CLIENT_SECRET")
GOTO_CALLS_PER_SECOND = env.integer("GREENROOM_GOTO_CALLS_PER_SECOND", 10, at_least=1)
GOTO_CALLS_PER_DAY = env.integer("GREENROOM_GOTO_CALLS_PER_DAY", 10_000, at_least=1)
GOTO_TRANSPORT = None  # tests put an in-process transport here
# "auto": when GoTo can reach us, so with an https address, or with a GoTo that is local itself.
WEBHOOKS = env.choice("GREENROOM_WEBHOOKS", "auto", {"auto", "on", "off"})
WEBHOOK_MAX_AGE = timedelta(seconds=env.integer("GREENROOM_WEBHOOK_MAX_AGE_SECONDS", 600, at_least=1))
# Networks that hooks may call although they are private; there also by http and on any port.
HOOK_ALLOWED_NETWORKS = env.networks("GREENROOM_HOOK_ALLOWED_NETWORKS")

# Background work: "db" needs nothing but the database; "celery" hands each job to a broker.
DISPATCH = env.choice("GREENROOM_DISPATCH", "db", {"db", "celery"})
# A message to a broker is sent at once or, a second later, by the loop beside its workers.
WEBHOOKS_GATHERED_FOR = timedelta(milliseconds=100 if DISPATCH == "db" else 0)
CELERY_BROKER_URL = env.text("GREENROOM_CELERY_BROKER_URL", "redis://127.0.0.1:6379/0")
JOB_LEASE = timedelta(seconds=env.integer("GREENROOM_JOB_LEASE_SECONDS", 30, at_least=1))

CLOCK = SystemClock()
# The name of a checkpoint at which this process kills itself; only the crash tests set it.
KILL_AT = env.text("GREENROOM_KILL_AT")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "greenroom.hub.jobs",
    "greenroom.hub.users",
    "greenroom.hub.ledger",
    "greenroom.hub.exports",
    "greenroom.hub.connections",
    "greenroom.hub.events",
    "greenroom.hub.sync",
    "greenroom.hub.intake",
    "greenroom.hub.contacts",
    "greenroom.hub.segments",
    "greenroom.hub.mailing",
    "greenroom.hub.actions",
    "greenroom.hub.campaigns",
    "greenroom.hub.courses",
    "greenroom.hub.webforms",
    "greenroom.hub.automation",
    "greenroom.hub.api",
    "greenroom.hub.web",
    "greenroom.hub.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "greenroom.hub.web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "greenroom.hub.web.middleware.TimeZoneMiddleware",
    "greenroom.hub.web.middleware.ErrorPagesMiddleware",
]

ROOT_URLCONF = "greenroom.hub.urls"
WSGI_APPLICATION = "greenroom.hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps' own templates, so that ours stand in for allauth's.
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "greenroom.hub.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": env.database("GREENROOM_DATABASE_URL", DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "greenroom.hub.web.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True

SESSION_COOKIE_NAME = "__Host-greenroom" if IS_HTTPS else "greenroom"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"  # the way back from GoTo's consent page must carry it
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "greenroom.hub.web.errors.refused_form"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_MAIL = env.mail("GREENROOM_EMAIL_URL", DATA_DIR / "mail")
EMAIL_BACKEND = _MAIL.backend
EMAIL_FILE_PATH = _MAIL.folder
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.use_starttls, _MAIL.use_tls
EMAIL_TIMEOUT = 10  # seconds; a person may be waiting for the page
DEFAULT_FROM_EMAIL = env.text("GREENROOM_EMAIL_FROM", "Greenroom <greenroom@localhost>")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step: the files are served from the packages

LOGGING_CONFIG = "greenroom.hub.core.logs.configure"
LOGGING = {"level": env.choice("GREENROOM_LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})}
