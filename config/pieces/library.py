"""How does a function become a piece: a tag that fills the component template of its name?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

Values = dict[str, Any]


def piece(build: Callable[..., Values]) -> Callable[..., SafeString]:
    """Make a tag of a function that answers the values of the component template of its name."""
    name = build.__name__

    @wraps(build)
    def rendered(*args: Any, **kwargs: Any) -> SafeString:
        return render(name, build(*args, **kwargs))

    register.simple_tag(rendered, takes_context=build.__code__.co_varnames[:1] == ("context",), name=name)
    return rendered


def render(name: str, values: Values) -> SafeString:
    # Stripped, so that a piece can stand before a full stop.
    html = get_template(f"components/{name}.html").render(values)
    return mark_safe(html.strip())  # noqa: S308 - the output of a template, escaped there


def value_of(thing: Any, name: str, default: Any = None) -> Any:
    """A value of a mapping or an object, or the default."""
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)
