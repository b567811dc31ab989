"""How many rows does a list say there are, and which of them stand on a page?"""

import pytest
from django.core.paginator import InvalidPage

from config.kit.paging import LAST_PAGE, Pages


class Rows:
    """A list that tells how far it was read."""

    def __init__(self, length):
        self.rows, self.furthest = range(length), 0

    def __getitem__(self, part):
        self.furthest = max(self.furthest, part.stop)
        return self.rows[part]

    def __len__(self):
        return len(self.rows)


@pytest.mark.parametrize(
    ("length", "number", "first", "words", "pages"),
    [
        (0, 1, None, "0", 1),
        (1, 1, 0, "1", 1),
        (25, 1, 0, "25", 1),
        (26, 1, 0, "26", 2),
        (26, "2", 25, "26", 2),
        (1_000, 1, 0, "1000", 40),
        (1_001, 1, 0, "more than 1,000", 40),
        (1_001, 41, 1_000, "1001", 41),
        (9_000, 41, 1_000, "more than 1,050", 42),  # the next page can be asked for
    ],
)
def test_a_page_counts_no_further_than_it_has_to(length, number, first, words, pages):
    rows = Rows(length)
    page = Pages(rows, 25).page(number)
    assert next(iter(page), None) == first
    assert (page.paginator.count_words, page.paginator.num_pages) == (words, pages)
    assert rows.furthest == int(number) * 25 + 1
    assert page.has_next() == (length > int(number) * 25)


@pytest.mark.parametrize("number", [0, -1, 3, LAST_PAGE + 1, "last", "1.5", None])
def test_there_is_no_such_page(number):
    with pytest.raises(InvalidPage):
        Pages(Rows(26), 25).page(number)
