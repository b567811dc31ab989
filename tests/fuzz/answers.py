"""How is a request sent, and is the answer one that the document promises?"""

from __future__ import annotations

import json
from typing import Any

from django.core.wsgi import get_wsgi_application
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.documented import check_documented
from tests.fuzz.calls import kinds
from tests.fuzz.world import Caller

APPLICATION = get_wsgi_application()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def answer_to(caller: Caller, case: Case) -> tuple[int, Any]:
    """Status and body (None for an empty one) of an answer that the document promises; fails for any other.

    Besides what schemathesis checks, nothing is left out of an answer that was not asked to be short, and who has no
    token that is good here is given nothing.
    """
    response: Response = case.call(app=APPLICATION)
    case.validate_response(response, checks=CHECKS)
    assert caller.kind or not kinds(case.operation) or response.status_code >= 400, f"{caller} was let in"
    body = response.content or None
    if body and response.headers["content-type"] == ["application/json"]:
        body = json.loads(body)
    fields = bool(case.query.get("fields"))
    check_documented(case.method, case.formatted_path, response.status_code, body, fields=fields)
    return response.status_code, body
