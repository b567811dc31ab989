"""Do foreign keys point down? They are strings, which no import contract sees."""

import pytest
from django.apps import apps

from tests.architecture.project import PACKAGES

HEIGHT = {"companies": 0, "notifications": 1, "catalog": 2, "approvals": 2, "orders": 3}


def relations():
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in PACKAGES:
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if field.is_relation and not field.auto_created and field.related_model:
                yield pytest.param(
                    model._meta.app_label,
                    field.related_model._meta.app_label,
                    id=f"{model._meta.label}.{field.name}-to-{field.related_model._meta.label}",
                )


@pytest.mark.parametrize(("source", "target"), list(relations()))
def test_relation_points_to_the_same_app_or_further_down(source, target):
    if target not in PACKAGES:
        return  # Django's own tables lie below everything
    assert source == target or HEIGHT[target] < HEIGHT[source]


def test_every_app_with_tables_has_its_height():
    assert {model._meta.app_label for model in apps.get_models()} & set(PACKAGES) <= set(HEIGHT)
