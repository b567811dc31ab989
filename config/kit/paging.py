"""Which rows stand on one page of a list, and how many are there in all?"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet

MOST_COUNTED = 1_000
LAST_PAGE = 1_000_000  # further on no database could be asked


class Pages(Paginator):  # type: ignore[type-arg]  # generic for the type checker only
    """Pages of a list that may be long: nobody waits until all of its rows are counted.

    A page that ends the list says itself how many there are. Else rows are counted up to `MOST_COUNTED`, or to the
    end of the next page where that is further; `count_words` says so where there are more.
    """

    def page(self, number: Any) -> Page[Any]:
        """The rows of this page, read in one query. Raises `InvalidPage` for a page that is not there."""
        place = self._place(number)
        start = (place - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        if len(rows) <= self.per_page and (rows or place == 1):
            self.__dict__["_found"] = start + len(rows)
        elif not rows:
            raise EmptyPage("That page contains no results.")
        self._most = max(MOST_COUNTED, (place + 1) * self.per_page)
        return Page(rows[: self.per_page], place, self)

    @cached_property
    def count(self) -> int:
        """How many there are, as far as they were counted."""
        return min(self._found, self._most)

    @property
    def count_words(self) -> str:
        """The same in words, where there may be more."""
        return f"more than {self.count:,}" if self._found > self.count else str(self.count)

    @cached_property
    def _found(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return self.object_list.order_by().values("pk")[: self._most + 1].count()

    def _place(self, number: Any) -> int:
        try:
            place = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger("That page number is not an integer.") from None
        if not 1 <= place <= LAST_PAGE:
            raise EmptyPage("There is no such page.")
        return place
