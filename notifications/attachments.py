"""Which files go with a mail? Made when it is sent, of the facts that were frozen when it was posted.

Apps above this one make them: `MAIL_ATTACHMENTS` maps a topic to the dotted path of a function that
gets the notice's facts and its reader's language, and gives the file, or None where the facts have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail: a plain file name, its content, its type such as `application/pdf`."""

    name: str
    content: bytes
    type: str


Maker = Callable[[Mapping[str, Any], str], Attachment | None]


class NotMade(Exception):
    """A file could not be made. Never an OSError, which would read as a mail server that is away."""


def attachment_of(notice: Notice) -> Attachment | None:
    """The file for a mail of this notice, if its topic has one; raises `NotMade` whatever went wrong."""
    path = settings.MAIL_ATTACHMENTS.get(notice.topic)
    if path is None:
        return None
    try:
        make: Maker = import_string(path)
        return make(notice.facts, notice.recipient.language)
    except Exception as failure:
        raise NotMade(f"{path}: {type(failure).__name__}: {failure}") from failure
