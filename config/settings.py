"""Settings: embedded by default; DATABASE_URL and REDIS_URL scale it out."""

from __future__ import annotations

from pathlib import Path

from config import environment as env
from config.keys import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(env.text("DATA", str(BASE_DIR / "data"))).resolve()
DATA.mkdir(parents=True, exist_ok=True)

DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
EMBEDDED = not DATABASE_URL and not REDIS_URL
DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or secret_key(DATA)
KEY_FILE = DATA / "keys.json"

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
USE_X_FORWARDED_HOST = env.boolean("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if USE_X_FORWARDED_HOST else None

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_vite",
    "allauth",
    "allauth.account",
    "plans",
    "activities",
    "tasks",
    "config.demo",
    "config.apps.WiringConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "plans.middleware.SignInRequired",
    "plans.middleware.Refusals",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
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
                "plans.context.frame",
            ]
        },
    }
]

DATABASES = {"default": env.database(DATABASE_URL, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "plans.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "plans.adapters.InvitedOnly"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key"}
ACCOUNT_LOGOUT_ON_GET = False
# The embedded server writes e-mails to a page of the demo.
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "config.demo.mail.Pages" if EMBEDDED else "django.core.mail.backends.console.EmailBackend",
)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Throughline <throughline@localhost>")
EMAIL_TIMEOUT = 30
# The address under which people reach the pages: what links in e-mails begin with.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [path for path in (BASE_DIR / "static/dist", BASE_DIR / "static/public") if path.exists()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DJANGO_VITE = {
    "default": {
        "dev_mode": env.boolean("VITE_DEV", default=False),
        "manifest_path": BASE_DIR / "static/dist/manifest.json",
    }
}

CHANNEL_LAYERS = {
    "default": (
        {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL or "memory://localhost/")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.005} if CELERY_BROKER_URL.startswith("memory:") else {"visibility_timeout": 3600}
)
# An announcement is a hint: whoever made it must not wait for a broker that is out.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = (
    "threads"  # SIGTERM ends them between steps; authored code runs in processes of its own anyway
)
CELERY_DB_REUSE_MAX = (
    0 if DATABASE_URL else 1000
)  # opening a file takes as long as a short job; a pool costs nothing
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = (
    "celery.beat:Scheduler"  # keeps nothing: the default one writes a file where it was started
)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "activities.jobs.sweep",
        "schedule": float(env.text("SWEEP_SECONDS", "5")),
        "options": {"expires": 10},
    },
    "send_digests": {"task": "tasks.jobs.send_digests", "schedule": 60.0, "options": {"expires": 60}},
    "sweep_blobs": {"task": "activities.jobs.sweep_blobs", "schedule": 600.0, "options": {"expires": 300}},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "config.strict.NothingUnknown",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "plans.parsers.JsonBody",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "config.api.Pages",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "config.api.problem",
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Throughline",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.schema.add_problem"],
    "ENUM_NAME_OVERRIDES": {"TaskKind": "tasks.models.Task.Kind", "CommentKind": "tasks.models.Comment.Kind"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DOCUMENT_MAX_BYTES = env.integer("DOCUMENT_MAX_BYTES", 25 * 1024 * 1024)

# The engine: how long a claim lives without a sign of life; when a queued step is announced again.
LEASE_SECONDS = env.integer("LEASE_SECONDS", 30)
ANNOUNCE_AGAIN_SECONDS = env.integer("ANNOUNCE_AGAIN_SECONDS", 5)
WORKER_THREADS = env.integer("WORKER_THREADS", 4)
SANDBOX = {
    "workers": dict.fromkeys(
        ("javascript", "hooks", "jsonata", "modules"), env.integer("SANDBOX_PROCESSES", 4)
    )
}
# All that the processes in which plans are tried are told: neither databases nor keys, so they can't reach any.
TRIAL_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": __name__, "TIME_ZONE": TIME_ZONE}
STEP_HANDLERS = {
    "SCRIPT": "activities.steps.script.Script",
    "EXECUTION": "activities.steps.execution.Execution",
    "BRIDGE_CALL": "activities.steps.bridge_call.BridgeCall",
    "LLM": "activities.steps.llm.Llm",
    "AGENT": "activities.steps.agent.Agent",
    "PLAN": "activities.steps.plan.ChildPlan",
    "CREATE_TASK": "tasks.steps.CreateTask",
    "APPROVAL": "tasks.steps.Approval",
}
# The folder below which builtin/load_file reads; without one it reads nothing.
PLAN_FILES = env.text("PLAN_FILES", "")
# Who delivers what other apps put into the outbox, by kind.
OUTBOX_DELIVERIES = {"mail-notices": "tasks.notices.mail.deliver"}
# What answers a script's calls to the outside, by the name of the global.
SCRIPT_HOSTS = {
    "serviceBridge": "activities.steps.script_bridges.ScriptBridges",
    "documents": "activities.steps.script_documents.ScriptDocuments",
    "llm": "activities.steps.script_models.ScriptModels",
    "tasks": "tasks.scripts.ScriptTasks",
}
# host:port pairs that a bridge may reach although their address is not public; the demo adds its own when it is loaded.
EGRESS_ALLOW = env.names("EGRESS_ALLOW")

# Language models: without a key or an address, the offline stand-in answers. A model is "provider:model" in the names
# of pydantic-ai, or a model of MODEL_PROVIDER; with MODEL_BASE_URL that may be left out: it speaks OpenAI's protocol.
MODEL_PROVIDER = env.text("MODEL_PROVIDER")
MODEL_SMALL = env.text("MODEL_SMALL")
MODEL_LARGE = env.text("MODEL_LARGE")
MODEL_BASE_URL = env.text("MODEL_BASE_URL")
MODEL_API_KEY = env.text("MODEL_API_KEY")
# Other providers that plans may name, each with the key that it reads from the environment by itself.
MODEL_PROVIDERS = env.names("MODEL_PROVIDERS")
MODEL_MAX_TOKENS = env.integer("MODEL_MAX_TOKENS", 4096)
MODEL_SECONDS = env.integer("MODEL_SECONDS", 120)
AGENT_SECONDS = env.integer("AGENT_SECONDS", 600)

# What the home page shows, in this order.
HOME_PANELS = [
    "tasks.panels.mine",
    "activities.panels.running",
    "activities.panels.failed",
    "plans.panels.changed",
    "config.demo.panels.bills",
]

SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "plans.views.errors.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {
        "throughline": {"level": env.text("LOG_LEVEL", "INFO")},
        # They would write whole addresses, and some hold a secret.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
