"""How does one command show everything? Database, cast, web, worker and schedule, in one process on SQLite."""

import logging
import os
import socket
import threading
import time
import warnings
from functools import partial

from celery.beat import Service
from celery.platforms import SecurityWarning
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from config.celery import app as celery_app
from config.chunked import KnownLength
from config.demo_data.address import remember_address

log = logging.getLogger("countersign.demo")

FIRST_PORT = 8000
PORTS_TRIED = 50
# The queue lives in the memory of one process: a second web process would have one that no worker reads.
PROCESSES = 1
THREADS = 8
# Longer than clients and proxies keep an idle connection: one that is closed here just as they send loses a POST.
KEPT_OPEN = 75  # seconds
# A `q` that names a hundred ids; more than that goes into the body of a search.
LONGEST_ADDRESS = 8190


class Command(BaseCommand):
    help = "Runs the demo: migrates, seeds the cast when there is none, then web, worker and schedule in one process."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=None, help="default: PORT, else 8000, else the next free one")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")

    def handle(self, *, port, host, **options):
        if not settings.DEMO:
            raise CommandError("This is the demo: start it with `make demo`, or set COUNTERSIGN_MODE=demo.")
        started = time.monotonic()
        port = self.free_port(host, port or wanted_port())
        prepare(self.stdout)
        # Mails are written outside any request, so they have to be told where this demo answers.
        settings.SITE_URL = os.environ.get("SITE_URL") or f"http://{host}:{port}"
        remember_address(settings.SITE_URL)
        # A connection must not be shared with the process that is about to be forked.
        connections.close_all()
        Demo(host, port, announce=partial(self.announce, host, port, started)).run()

    def free_port(self, host: str, wanted: int) -> int:
        for port in range(wanted, wanted + PORTS_TRIED):
            if is_free(host, port):
                if port != wanted:
                    self.stdout.write(f"Port {wanted} is in use; taking {port} instead. (PORT=... chooses another.)")
                return port
        raise CommandError(f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are all in use; choose with PORT=...")

    def announce(self, host: str, port: int, started: float):
        address = f"http://{host}:{port}"
        self.stdout.write("")
        call_command("seed_demo", logins=True, stdout=self.stdout)
        self.stdout.write(
            f"\nCountersign answers at {address}\n"
            f"  shop and approvals   {address}/dashboard/\n"
            f"  order review         {address}/control-panel/\n"
            f"  administration       {address}/admin/\n"
            f"Ready after {time.monotonic() - started:.1f} s. Ctrl-C stops it and keeps the data; "
            "`make demo-reset` forgets them."
        )
        self.stdout.flush()
        connections.close_all()


def prepare(stdout) -> None:
    """Tables and, in an empty database only, the cast."""
    stdout.write("Preparing the database ...")
    stdout.flush()
    call_command("migrate", verbosity=0, interactive=False)
    if not apps.get_model("companies", "Tenant").objects.exists():
        stdout.write("Filling it with companies, products and past orders ...")
        stdout.flush()
        call_command("seed_demo", stdout=stdout)


def wanted_port() -> int:
    text = os.environ.get("PORT") or str(FIRST_PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}: give a number from 1 to 65535.")
    return int(text)


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Demo(BaseApplication):
    """Gunicorn with one process, in which the worker and the schedule are threads beside the requests."""

    def __init__(self, host: str, port: int, *, announce):
        self.address = f"{host}:{port}"
        self.announce = announce
        super().__init__()

    def load_config(self):
        chosen = {
            "bind": self.address,
            "workers": PROCESSES,
            "worker_class": "gthread",
            "threads": THREADS,
            # After the fork: a thread that was started before it would stay behind in the parent.
            "post_worker_init": lambda _worker: start_tasks(),
            "when_ready": lambda _arbiter: self.announce(),
            "control_socket_disable": True,  # its file would be shared by every demo of this user
            "loglevel": "warning",
            "keepalive": KEPT_OPEN,
            "limit_request_line": LONGEST_ADDRESS,
            "graceful_timeout": 3,
            "timeout": 0,  # restarting a process that holds the queue would lose what waits in it
            "proc_name": "countersign-demo",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self):
        return KnownLength(get_wsgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def start_tasks() -> None:
    """The worker and the schedule as threads of this process."""
    # Who runs the demo as root has decided that already, and a demo takes tasks from nobody else.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    threading.Thread(target=kept_running, args=("worker", run_worker), name="celery-worker", daemon=True).start()
    threading.Thread(target=kept_running, args=("schedule", run_schedule), name="celery-beat", daemon=True).start()


def run_worker() -> None:
    # "solo": one task at a time in this very thread. More at once would only queue for SQLite's one writer.
    worker = celery_app.Worker(
        pool="solo",
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()


def run_schedule() -> None:
    # The plain scheduler remembers in memory; the default one would write a file beside the program.
    Service(celery_app, scheduler_cls="celery.beat:Scheduler").start()


def kept_running(name: str, run) -> None:
    """What dies is said and started again: the pages would go on, and nobody would notice that no mail leaves."""
    while True:
        try:
            run()
        except Exception:
            log.exception("the %s stopped and starts again", name)
        else:
            log.warning("the %s ended and starts again", name)
        time.sleep(1)
