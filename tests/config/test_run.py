"""Does the closing line of `make test` tell the truth?"""

from collections import Counter

import pytest

from tests.run import missing, summary


def test_summary_in_its_plain_form():
    assert summary(Counter(passed=123)) == "123 passed, 0 failed"


def test_summary_names_what_was_skipped():
    assert summary(Counter(passed=1, failed=2, skipped=3, xfailed=1)) == "1 passed, 2 failed, 4 skipped"


@pytest.mark.parametrize(
    ("variable", "mark"), [("REQUIRE_BROWSER", "browser"), ("REQUIRE_POSTGRES", "races"), ("REQUIRE_REDIS", "worker")]
)
def test_what_is_required_and_did_not_run_is_a_failure(variable, mark):
    assert len(missing(Counter(), {variable: "1"})) == 1
    assert missing(Counter({mark: 1}), {variable: "1"}) == []
    assert missing(Counter(), {}) == []
