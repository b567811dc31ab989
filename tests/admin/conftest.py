"""What may the tests of the administration ask for?"""

import re

import pytest
from django.urls import reverse


@pytest.fixture
def staff(cast, client):
    """A browser in which Adele is signed in, who has every permission."""
    client.force_login(cast.admin)
    return client


class AdminPage:
    """A change page of the administration: what its form holds, and sending it with something else in it."""

    def __init__(self, client, row=None, *, model=None):
        self.client = client
        opts = (row or model)._meta
        name = f"admin:{opts.app_label}_{opts.model_name}"
        self.url = reverse(f"{name}_change", args=(row.pk,)) if row else reverse(f"{name}_add")

    def filled_in(self) -> dict[str, str | list[str]]:
        """Name -> value of every input as the page shows it; boxes that are not ticked are left out."""
        context = self.client.get(self.url).context
        forms = [context["adminform"].form]
        filled = {}
        for each in context["inline_admin_formsets"]:
            forms += [each.formset.management_form, *each.formset.forms]
        for form in forms:
            for field in form:
                value = field.value()
                if isinstance(value, bool):
                    filled |= {field.html_name: "on"} if value else {}
                elif isinstance(value, list | tuple):
                    filled[field.html_name] = [str(each) for each in value]
                elif isinstance(value, dict):
                    filled |= {f"{field.html_name}--{code}": text for code, text in value.items()}
                else:
                    filled[field.html_name] = "" if value is None else str(value)
        if context.get("changes") is not None:
            filled["newest_change"] = str(context["changes"][0]["id"]) if context["changes"] else "none"
        return filled

    def send(self, changes: dict, *, without: tuple[str, ...] = ()):
        """Send the form as it is shown, but for `changes`; `without` are boxes to untick."""
        filled = {**self.filled_in(), **changes}
        return self.client.post(self.url, {name: value for name, value in filled.items() if name not in without})


def errors_of(response) -> str:
    """The text of a page's errors; fails where the page was saved."""
    assert response.status_code == 200, response
    return " ".join(re.findall(r'class="errorlist[^"]*"[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL))
