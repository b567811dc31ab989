"""By which address does a person choose a new password, without knowing the old one?"""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from companies.addressing import unprefixed
from companies.models import User


def new_password_path(user: User) -> str:
    """A path that opens once, for a day, and no longer than until the user signs in.

    It is made when it is sent and kept nowhere, since whoever has it has the account.
    """
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return unprefixed(reverse("password_new", args=[key, default_token_generator.make_token(user)]))
