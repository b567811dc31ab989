"""How does a plan look on the wire, in products, prices, carts, orders and subscriptions?"""

from __future__ import annotations

from typing import Any

from catalog.api.languages import Languages
from catalog.models import Plan


def plan_body(plan: Plan, languages: Languages) -> dict[str, Any]:
    """A plan: `period` is `month` or `year`; `trialDays` is how long it may be tried for nothing, 0 for not at all."""
    return {
        "id": plan.key,
        "code": plan.code,
        "name": languages.localized(plan.name),
        "period": plan.period,
        "trialDays": plan.trial_days,
    }
