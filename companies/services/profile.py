"""A person's own entry: what they are called, and in which language and time zone pages speak to them."""

from __future__ import annotations

from django.db import transaction

from companies.actors import Actor
from companies.models import User
from config.kit.refused import NotYours


@transaction.atomic(durable=True)
def change_profile(*, actor: Actor, first_name: str, last_name: str, language: str, time_zone: str) -> User:
    """Write the actor's own names, language and time zone.

    Histories keep the name that held when something happened. Raises `NotYours` for who is no person.
    """
    if actor.user_id is None:
        raise NotYours("Only a person has a profile.")
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    user.first_name, user.last_name = first_name, last_name
    user.language, user.time_zone = language, time_zone
    user.save(update_fields=["first_name", "last_name", "language", "time_zone"])
    return user
