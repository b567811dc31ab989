"""Can a module still be read in one sitting?"""

import pytest

from tests.architecture.project import dotted, modules

LONGEST = 400


@pytest.mark.parametrize("path", [pytest.param(path, id=dotted(path)) for path in modules()])
def test_module_has_at_most_400_lines(path):
    assert len(path.read_text().splitlines()) <= LONGEST
