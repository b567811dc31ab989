"""Is this process alive, and can it do its work?"""

from functools import cache as cache_once

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from companies.models import User
from orders.models import Order


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Yes, as long as it can answer at all: a restart would not bring a lost database back."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, else 503. A broker that is away makes mails late and no page wrong, so it is
    reported and does not take the process out of service."""
    database = _database()
    answer = {"ready": database == "ok", "database": database, "cache": _cache()}
    if answer["ready"]:
        answer["reviews"] = _reviews()
    return JsonResponse(answer, status=200 if answer["ready"] else 503)


def _reviews() -> dict[str, int]:
    """Waiting orders that have no auditor who can decide them, and of these those that nobody can. Makes no page wrong.

    They fall to the platform's staff; where it has none, somebody has to be made one.
    """
    left = Order.objects.left_to_platform().count()
    staff = left and User.objects.filter(is_staff=True, is_active=True).exists()
    return {"left_to_platform": left, "left_to_nobody": 0 if staff else left}


def _database() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return "does not answer"
    return "ok" if _known_migrations() <= applied.keys() else "migrations are waiting"


@cache_once
def _known_migrations() -> frozenset[tuple[str, str]]:
    """What this program was delivered with; reading the files once is enough."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _cache() -> str:
    if not settings.REDIS_URL:
        return "in this process"
    try:
        cache.get("healthz")
    except (RedisError, KombuError, OSError):
        return "does not answer"
    return "ok"
