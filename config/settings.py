"""With which settings does this installation run? The environment says it; `COUNTERSIGN_MODE` says how strictly."""

import contextlib
import secrets
import sys
from pathlib import Path

import structlog
from django.core.exceptions import ImproperlyConfigured

from config.schedule import SCHEDULE
from config.unsafe import Variables, parse_days, parse_history_keys, parse_keys, parse_rate, postgresql, refuse_unsafe

BASE_DIR = Path(__file__).resolve().parent.parent
env = Variables()

MODES = ("demo", "test", "production")
# Under pytest the mode is clear; everywhere else the strict one holds unless somebody says otherwise.
MODE = env.str("COUNTERSIGN_MODE", default="test" if "pytest" in sys.modules else "production")
if MODE not in MODES:
    raise ImproperlyConfigured(f"COUNTERSIGN_MODE is {MODE!r}: use one of {', '.join(MODES)}.")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"

# What the demo and the tests write: database, mails, its own key. Never in git.
VAR_DIR = Path(env.str("COUNTERSIGN_VAR", default=str(BASE_DIR / "var")))


def _kept_secret(name: str) -> str:
    """A secret of this copy of the demo: made once, kept readable by its owner only, so that sessions survive."""
    place = VAR_DIR / name
    if not place.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        fresh = VAR_DIR / f"{name}.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(60))
        with contextlib.suppress(FileExistsError):  # two processes at once: the first one's secret holds
            place.hardlink_to(fresh)
        fresh.unlink()
    return place.read_text().strip()


# --- Safety -----------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
HISTORY_KEYS = parse_history_keys(env.str("HISTORY_KEYS", default=""))  # the first one signs, all verify
# The secrets that webhooks are signed with are derived from these; the first one makes new secrets.
WEBHOOK_KEYS = parse_keys("WEBHOOK_KEYS", env.str("WEBHOOK_KEYS", default=""))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if DEMO:
    SECRET_KEY = SECRET_KEY or _kept_secret("secret-key")
    HISTORY_KEYS = HISTORY_KEYS or {"demo": _kept_secret("history-key").encode()}
    WEBHOOK_KEYS = WEBHOOK_KEYS or {"demo": _kept_secret("webhook-key").encode()}
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", ".localhost", "[::1]"]
elif not PRODUCTION:
    SECRET_KEY = SECRET_KEY or "tests-only-" + "x1y2z3" * 10
    HISTORY_KEYS = HISTORY_KEYS or {"test": b"tests-only-history-key-of-32-chars"}
    WEBHOOK_KEYS = WEBHOOK_KEYS or {"test": b"tests-only-webhook-key-of-32-chars"}
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "testserver"]

# --- Databases --------------------------------------------------------------------------------------------------------
_sqlite_file = VAR_DIR / ("countersign.sqlite3" if DEMO else f"{MODE}.sqlite3")
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{_sqlite_file}")}
_database = DATABASES["default"]
_options = _database.setdefault("OPTIONS", {})
if _database["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    # SQLite has no row locks: with IMMEDIATE every transaction is the lock, and a second writer waits its turn.
    _options |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    _database["ENGINE"] = postgresql(_database["ENGINE"])
    _database["CONN_MAX_AGE"] = 0  # the pool keeps connections; Django refuses both at once
    _options.setdefault("options", "-c jit=off")  # it takes a fifth of a second to compile what then runs for ten ms
    if PRODUCTION:
        _options["pool"] = {
            "min_size": env.int("DATABASE_POOL_MIN", default=2),
            "max_size": env.int("DATABASE_POOL_MAX", default=10),
            "timeout": 10,  # seconds a request waits for a connection before it fails instead of queueing for ever
        }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if PRODUCTION:
    refuse_unsafe(
        secret_key=SECRET_KEY,
        history_keys=HISTORY_KEYS,
        debug=DEBUG,
        allowed_hosts=ALLOWED_HOSTS,
        database_engine=_database["ENGINE"],
        sqlite_allowed=env.bool("SQLITE_IN_PRODUCTION", default=False),
        site_url=env.str("SITE_URL", default=""),
        webhook_keys=WEBHOOK_KEYS,
    )

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0" if PRODUCTION else "")
if REDIS_URL and not DEMO:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "countersign",
            # A cache that does not answer must not hold a page.
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }
if MODE == "test" or not REDIS_URL or DEMO:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- The project ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "orders",
    "approvals",
    "catalog",
    "notifications",
    "companies",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",  # development serves files as production does
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",  # the files of the page that shows the API
    "oauth2_provider",
    "axes",
]

# What can be approved, and the port through which the engine reaches it: approvals lies below orders.
APPROVAL_SUBJECTS = {
    "cart_checkout": "orders.subjects.CartCheckout",
    "quote_checkout": "orders.quote_subject.QuoteCheckout",
    "subscription_change": "orders.subscription_subject.SubscriptionChangeCheckout",
    "order_review": "orders.subjects.OrderReview",
}

MIDDLEWARE = [
    "config.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.cors.OtherOrigins",
    "config.middleware.ContentSecurityPolicy",
    "companies.by_prefix.MarketplacePrefix",  # before whatever reads the path
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "companies.portal.PortalMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers for a refused sign-in
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
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.middleware.csp_nonce",
                "config.context.portal",
            ],
        },
    }
]

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "companies.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it counts, and stops guessing
    "django.contrib.auth.backends.ModelBackend",
]
# The e-mail address is unique ignoring case by a constraint of the table, which this check does not see.
# Of the OAuth library only client credentials are used (see OAUTH2_PROVIDER below): no other grant, no redirect and no
# refresh token. What else lives below a host is not ours to force to TLS.
SILENCED_SYSTEM_CHECKS = ["auth.W004", *(f"oauth2_provider.W{n:03}" for n in (1, 2, 3, 4, 5, 7, 8, 11))]
SILENCED_SYSTEM_CHECKS += ["security.W005", "security.W021"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# By name, so that they keep the prefix of a marketplace.
LOGIN_URL = LOGOUT_REDIRECT_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 86_400  # seconds, as the mail says
# Ten wrong passwords for one account from one address: a pause, not a lock-out by strangers of everybody.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# What the sign-in form calls the e-mail address. The default is the user model's own name for it, under which the
# failures were counted for nobody, and the right password still passed after them.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "companies.dashboard.views.account_name"  # other capitals are no other account
AXES_CLIENT_IP_CALLABLE = "companies.api.throttles.client_address"  # of one proxy all would share it
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "companies.dashboard.views.sign_in_paused"
AXES_VERBOSE = False
AXES_ENABLED = MODE != "test"
if MODE == "test":
    # A slow hash is the point in production and only waiting in a test.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- Transport and headers --------------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
# Probes of the machine itself come without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    # Only where a proxy in front sets the header itself; otherwise a visitor could claim to have come by TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Named and shaped as in Django 6, so that the middleware of our own can go when the framework has one.
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "<CSP_NONCE>"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- Static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))) if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Outside production files come straight from their folders: nothing has to be collected first. A test's client looks
# for them when it is asked for one, and not each time it is made.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG or MODE == "test"

# --- Mail -------------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Countersign <orders@countersign.example>")
# Links in mails point here; a mail is written outside any request and cannot ask it.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
EMAIL_TIMEOUT = 10
_mail_url = env.str("EMAIL_URL", default="")
if _mail_url:
    vars().update(env.email_url("EMAIL_URL"))
    if _mail_url.startswith("filemail:///"):
        # The parser reads the path without its first slash, which would mean a folder below wherever one stands.
        EMAIL_FILE_PATH = "/" + _mail_url.removeprefix("filemail:///")
elif DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mails"
elif PRODUCTION:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = "localhost"

# Files that go with a mail, by the topic of its notice (see `notifications.attachments`).
MAIL_ATTACHMENTS = dict.fromkeys(("quote.opened", "quote.revised"), "orders.quote_pdf.attached_quote")

# --- Webhooks ---------------------------------------------------------------------------------------------------------
# Which addresses of vendors' systems may be called. The demo calls what its visitor starts on the same machine.
WEBHOOK_RULES = {
    "http": env.bool("WEBHOOK_ALLOW_HTTP", default=DEMO),
    "private": env.bool("WEBHOOK_ALLOW_PRIVATE", default=DEMO),
    "ports": env.ports("WEBHOOK_PORTS", default=range(1024, 65536) if DEMO else ()),
}
# So long it is known what calls said; then only that they were taken. 0: for good.
WEBHOOK_KEPT_DAYS = parse_days("WEBHOOK_KEPT_DAYS", env.str("WEBHOOK_KEPT_DAYS", default="180"))

# --- Tasks ------------------------------------------------------------------------------------------------------------
# The demo's queue lives in its one process; everywhere else it lives in Redis.
CELERY_BROKER_URL = "memory://localhost/" if DEMO or not REDIS_URL else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True  # our own rows are the state
CELERY_TASK_DEFAULT_QUEUE = "countersign"
CELERY_TASK_ACKS_LATE = True  # every task may run twice, none may be lost
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 300, 240
# A commit only nudges the worker, and the sweep is the guarantee: a dead Redis must not hold a request.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True  # a worker may be up before its broker
REDIS_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.4,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "max_retries": 0,
    "visibility_timeout": 600,  # longer than a task may run, so that none is given out twice while it works
    "global_keyprefix": env.str("REDIS_PREFIX", default="countersign:"),
}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05} if CELERY_BROKER_URL.startswith("memory") else REDIS_TRANSPORT_OPTIONS
)
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # the lines below are the lines we want
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- Language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "DEFAULT_SCHEMA_CLASS": "config.openapi.document.ApiSchema",
    "DEFAULT_THROTTLE_RATES": {
        "tokens": parse_rate("API_TOKEN_RATE", env.str("API_TOKEN_RATE", default="1200/minute")),
        "sign_ins": parse_rate("API_SIGN_IN_RATE", env.str("API_SIGN_IN_RATE", default="600/minute")),
    },
    "NUM_PROXIES": env.int("PROXY_COUNT", default=int(BEHIND_PROXY)),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign storefront API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["config.openapi.document.complete"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "defaultModelsExpandDepth": 0},
}
# Pages of these addresses may call the API from a browser; it knows callers by their token alone, never by a cookie.
API_ORIGINS = env.list("API_ORIGINS", default=["*"])
OAUTH2_PROVIDER_APPLICATION_MODEL = "companies.ApiClient"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "companies.ServiceToken"  # noqa: S105 - the name of a model
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # client credentials and no other grant
    "OAUTH2_VALIDATOR_CLASS": "companies.api.oauth.ClientCredentials",
    "ACCESS_TOKEN_GENERATOR": "companies.services.clients.new_service_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 14_399,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # digests only
}

# --- Log --------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.level("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")
_shared_processors = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer() if PRODUCTION else structlog.dev.ConsoleRenderer(colors=False),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "axes": {"level": "WARNING"},
    },
}
