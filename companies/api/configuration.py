"""`/configuration/{tenant}/configurations`: a tenant's settings, for API clients.

The system preferences are always there, with their default until they are set, and take only values
that mean something. Any other key is kept as it came, for the tenant's own programs.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError, Family
from companies.api.idempotency import once_of
from companies.api.reading import Body, only_query
from companies.api.views import ApiView
from companies.models import Preference
from companies.preferences import PREFERENCES
from companies.services.idempotency import KEY_REUSED, once_only
from companies.services.settings import Entry, add_entries, change_entry, remove_entry
from config.kit.refused import Invalid, Late, Missing, Refused
from config.kit.storable import storable_json

VIEW = ("configuration.configuration_view",)
MANAGE = ("configuration.configuration_manage",)
MOST_AT_ONCE = 100


class ConfigurationView(ApiView):
    """What both endpoints share."""

    family = Family.CONFIGURATION
    callers = ("service",)

    def error_of(self, refused: Refused) -> ApiError | None:
        """A value that a preference does not take is 400 and says what it takes."""
        if isinstance(refused, Invalid):
            status = 422 if refused.code == KEY_REUSED else 400
            return ApiError(status, "Invalid Parameters", details=[f"{refused.field}: {refused.text}"])
        return None

    def entries(self, keys: set[str] | None = None) -> dict[str, dict[str, Any]]:
        """What there is, by key in order: stored, or a preference with its default. One query."""
        rows = Preference.objects.filter(tenant=self.caller.tenant)
        stored = {row.key: row for row in (rows if keys is None else rows.filter(key__in=keys))}
        names = {*stored, *(PREFERENCES if keys is None else PREFERENCES.keys() & keys)}
        return {name: entry_wire(name, stored[name]) if name in stored else _default(name) for name in sorted(names)}


class Configurations(ConfigurationView):
    """The list, and adding to it."""

    scopes = {"GET": VIEW, "POST": MANAGE}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list; `keys=a,b` asks for some, and one that does not exist is left out."""
        only_query(request, ("keys",))
        named = request.query_params.get("keys")
        keys = None if named is None else {key.strip() for key in named.split(",") if key.strip()}
        entries = list(self.entries(keys).values())
        headers = {}
        if request.headers.get("X-Total-Count", "").lower() == "true":
            headers["X-Total-Count"] = str(len(entries))
        return Response(entries, headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """A list of new keys, all stored or none; 409 where one is stored already."""
        drafts = request.data
        if not isinstance(drafts, list) or not 1 <= len(drafts) <= MOST_AT_ONCE:
            raise ApiError(400, "Invalid Parameters", details=[f"Send a list of 1 to {MOST_AT_ONCE} configurations."])
        entries = [_draft(Body(draft, f"[{index}]")) for index, draft in enumerate(drafts)]
        once = once_of(request, self.caller)
        keys = {entry.key for entry in entries}

        def make() -> Response:
            add_entries(actor=self.actor, tenant_id=self.caller.tenant.pk, entries=entries, once=once)
            return again()

        def again(_: object = None) -> Response:
            return Response(list(self.entries(keys).values()), status=201)

        try:
            return once_only(once, timezone.now(), make, again)
        except Late as late:
            message = "Tenant configuration could not be created"
            raise ApiError(409, message, details=[late.text]) from late


class Configuration(ConfigurationView):
    """One key."""

    scopes = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The value with its version."""
        return Response(self._entry(key))

    def put(self, request: Request, tenant: str, key: str) -> Response:
        """A new value for a key that exists; 400 for one that does not, or for another one in the body."""
        body = Body(request.data)
        entry = _draft(body)
        if entry.key != key:
            problem = "The keys specified in the path param and in the payload are not the same."
            raise ApiError(400, "Invalid Parameters", details=[problem])
        try:
            change_entry(actor=self.actor, tenant_id=self.caller.tenant.pk, entry=entry)
        except Missing as missing:
            raise ApiError(400, "Tenant configuration could not be updated", details=[missing.text]) from missing
        except Late as late:
            raise ApiError(409, "Tenant configuration could not be updated", details=[late.text]) from late
        return Response(self._entry(key))

    def delete(self, request: Request, tenant: str, key: str) -> Response:
        """Forgets the key; a preference has its default again."""
        try:
            remove_entry(actor=self.actor, tenant_id=self.caller.tenant.pk, key=key)
        except Missing as missing:
            raise ApiError(404, "Tenant configuration could not be found", details=[missing.text]) from missing
        return Response(status=204)

    def _entry(self, key: str) -> dict[str, Any]:
        found = self.entries({key}).get(key)
        if found is None:
            raise ApiError(404, "Configuration not found", details=[f"There is no configuration called {key[:100]!r}."])
        return found


def entry_wire(key: str, row: Preference) -> dict[str, Any]:
    """One configuration."""
    return {"key": key, "value": row.value, "version": row.version, "secured": False}


def _default(key: str) -> dict[str, Any]:
    return {"key": key, "value": PREFERENCES[key].default, "version": 1, "secured": False}


def _draft(body: Body) -> Entry:
    """Key and value; what we could not keep to is refused rather than promised."""
    key = body.text("key", longest=100)
    value = body.raw("value")
    version = body.integer("version")
    for promise in ("secured", "restricted", "readOnly"):
        if body.flag(promise, default=False):
            raise body.wrong(promise, "is not supported")
    body.text("description", default="")
    body.nothing_else()
    return Entry(key, value if key in PREFERENCES else storable_json(value, field="value"), version)
