"""How does an empty database become the demo?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from companies.models import Tenant
from config.demo_data import (
    scenes_behalf,
    scenes_contoso,
    scenes_northwind,
    scenes_now,
    scenes_others,
    scenes_quotes,
    scenes_subscriptions,
)
from config.demo_data.people import TENANT
from config.demo_data.plans import offer_plans
from config.demo_data.stage import Stage
from config.demo_data.told import file_notices
from config.demo_data.world import build_world
from notifications import outbox

ACTS = (scenes_northwind, scenes_contoso, scenes_others, scenes_quotes, scenes_subscriptions, scenes_now, scenes_behalf)


def is_seeded() -> bool:
    """The demo is there already."""
    return Tenant.objects.filter(key=TENANT).exists()


@transaction.atomic
def seed(now: datetime | None = None) -> None:
    """Write the demo, its past ending at `now`; all of it or, where anything fails, nothing.

    No mail of that past goes out. Raises IntegrityError where a tenant or a user of the demo exists.
    """
    now = now or timezone.now()
    with outbox.of_the_past():
        world = build_world(now)
        offer_plans(world)
        stage = Stage(world)
        for act in ACTS:
            for scene in act.SCENES:
                stage.add(scene(stage))
        stage.run()
    file_notices(now, stage.chance)
