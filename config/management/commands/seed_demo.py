"""How does the demo get its companies, people, products and past? And whom can one sign in as?"""

import json
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, OperationalError, connection

from companies.models import User
from config.demo_data.export import demo_json
from config.demo_data.logins import logins_table
from config.demo_data.seeding import is_seeded, seed

ATTEMPTS = 10


class Command(BaseCommand):
    help = "Fills a database with the demo, once: running it again changes nothing."

    def add_arguments(self, parser):
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument("--logins", action="store_true", help="print who can sign in, and change nothing")
        shown.add_argument(
            "--json",
            action="store_true",
            help="print, as JSON, all that a client needs to know (fills first if needed)",
        )

    def handle(self, *, logins, json: bool, **options):
        if not connection.introspection.table_names():
            raise CommandError("This database has no tables yet: start the demo with `make demo`, or run `migrate`.")
        if logins:
            self.stdout.write(logins_table() if is_seeded() else "There are no people of the demo in this database.")
            return
        # What is said must not get into the JSON.
        self.fill(self.stderr if json else self.stdout)
        if json:
            self.stdout.write(as_text(demo_json()))

    def fill(self, said):
        if is_seeded():
            said.write("The demo is there already; nothing was changed. (`make demo-reset` forgets it.)")
            return
        # Everybody knows the passwords of the demo, also that of its administrator.
        if settings.PRODUCTION and User.objects.exists():
            raise CommandError("This database is in use: the demo, whose passwords are public, stays out of it.")
        started = time.monotonic()
        if seed_or_wait():
            said.write(f"The demo is there, after {time.monotonic() - started:.1f} s.")
        else:
            said.write("The demo is there now: another process filled it meanwhile.")


def seed_or_wait() -> bool:
    """Fill the database; False where another process does, after it is done."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            seed()
        except (IntegrityError, OperationalError) as problem:
            if is_seeded():
                return False
            # On SQLite the other one holds the only lock, for longer than a transaction waits for it.
            if isinstance(problem, IntegrityError) or attempt == ATTEMPTS:
                raise
        else:
            break
    return True


def as_text(values) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False)
