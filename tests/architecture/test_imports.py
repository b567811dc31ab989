"""Do imports point down, and are the rules free of Django?"""

import subprocess
import sys

import pytest

from tests.architecture.project import ROOT, pure_modules


def test_contracts_in_pyproject_hold():
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", pure_modules())
def test_a_module_of_rules_works_without_django(module):
    # The contract reads imports; this really does without, in a fresh interpreter in which Django cannot be had.
    program = (
        "import sys, importlib;"
        "sys.modules.update({name: None for name in ('django', 'rest_framework', 'celery')});"
        f"importlib.import_module({module!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
