"""Does the demo find a place, and does it keep away from where it does not belong?"""

import socket
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.management.commands.demo import Command, is_free, wanted_port


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_said_and_passed_over(taken_port):
    said = StringIO()
    chosen = Command(stdout=said).free_port("127.0.0.1", taken_port)
    assert chosen > taken_port
    assert is_free("127.0.0.1", chosen)
    assert f"Port {taken_port} is in use; taking {chosen} instead." in said.getvalue()


def test_the_port_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    assert wanted_port() == 8123


@pytest.mark.parametrize("nonsense", ["eighty", "0", "65536", "-1", "80.5"])
def test_a_port_that_cannot_be_is_refused_by_name(monkeypatch, nonsense):
    monkeypatch.setenv("PORT", nonsense)
    with pytest.raises(CommandError, match="PORT"):
        wanted_port()


def test_outside_the_demo_mode_it_does_not_start():
    with pytest.raises(CommandError, match="make demo"):
        call_command("demo")
