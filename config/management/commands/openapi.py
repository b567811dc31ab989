"""`manage.py openapi [file]`: writes the document of the storefront API, to a file or to the screen."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.openapi.document import document_text


class Command(BaseCommand):
    """Nothing is read from the database."""

    help = "Write the OpenAPI document of the storefront API."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("file", nargs="?", type=Path, help="the file to write; without it, the screen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        target: Path | None = options["file"]
        if target is None:
            self.stdout.write(document_text(), ending="")
        else:
            target.write_text(document_text(), encoding="utf-8")
