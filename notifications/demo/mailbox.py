"""Which mails were sent into files? Reads what Django's file-based mail backend wrote: one file per connection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

# The backend draws a line below each mail. A line alone could also be in a text; what follows tells.
BELOW_A_MAIL = re.compile(rb"^-{79}\r?\n(?=Content-Type: |\s*\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """A file that went with a mail."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it went out; `name` tells it from the others."""

    name: str
    subject: str
    sender: str
    to: str
    at: datetime | None
    message_id: str
    text: str
    html: str
    files: tuple[File, ...] = ()
    pictures: tuple[tuple[str, File], ...] = ()  # what the HTML shows of the mail itself, by its id


class Mailbox(Sequence[Mail]):
    """The mails in a folder, newest first. Only those that are looked at are parsed."""

    def __init__(self, folder: Path) -> None:
        paths = [(path.stat().st_mtime_ns, path) for path in folder.glob("*.log")] if folder.is_dir() else []
        self.parts = [
            (f"{path.stem}-{number}", part)
            for _, path in sorted(paths, reverse=True)
            for number, part in reversed(list(enumerate(_parts(path), 1)))
        ]

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, place):
        if isinstance(place, slice):
            return [_mail(*part) for part in self.parts[place]]
        return _mail(*self.parts[place])

    def named(self, name: str) -> Mail | None:
        """The mail of this name; None where there is none."""
        return next((_mail(known, part) for known, part in self.parts if known == name), None)


def _parts(path: Path) -> list[bytes]:
    return [part for part in BELOW_A_MAIL.split(path.read_bytes()) if part.strip()]


def _mail(name: str, content: bytes) -> Mail:
    message: EmailMessage = message_from_bytes(content.lstrip(), policy=policy.default)
    return Mail(
        name=name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        at=_at(message),
        message_id=str(message["Message-ID"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        files=tuple(_file(part) for part in message.iter_attachments() if not part["Content-ID"]),
        pictures=tuple(
            (str(part["Content-ID"]).strip("<>"), _file(part))
            for part in message.iter_attachments()
            if part["Content-ID"]
        ),
    )


def _file(part: EmailMessage) -> File:
    content = part.get_payload(decode=True)
    return File(part.get_filename() or "file", part.get_content_type(), content if isinstance(content, bytes) else b"")


def _at(message: EmailMessage) -> datetime | None:
    date = message["Date"]
    if date is None or date.datetime is None:
        return None
    # "-0000" means UTC at a sender of unknown zone; Python gives it without a zone.
    return date.datetime if date.datetime.tzinfo else date.datetime.replace(tzinfo=UTC)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part is not None else ""
