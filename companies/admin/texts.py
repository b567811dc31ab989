"""How is a text in several languages typed in: one field per language, instead of JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import get_language_info

CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
SHOWN = ("en", "de")
OFFERED = ("fr", "it", "nl", "es", "pl")


def language_name(code: str) -> str:
    """In English; a code that nobody knows stays as it is."""
    try:
        return get_language_info(code)["name"]
    except KeyError:
        return code


class TextsWidget(forms.Widget):
    """An input for each language that is usual here or already has a text; the others fold out."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, rows: int = 0) -> None:
        super().__init__(attrs)
        self.rows = rows

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        start = f"{name}--"
        return {key.removeprefix(start): data[key] for key in data if key.startswith(start)}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}--") for key in data)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}--{SHOWN[0]}" if id_ else ""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        texts = value if isinstance(value, Mapping) else {}
        id_ = (attrs or {}).get("id", f"id_{name}")
        known = (*SHOWN, *(code for code in texts if code not in (*SHOWN, *OFFERED)), *OFFERED)
        inputs = [
            {
                "name": f"{name}--{code}",
                "id": f"{id_}--{code}",
                "language": language_name(code),
                "code": code,
                "text": texts.get(code, ""),
                "folded": code in OFFERED and not texts.get(code),
            }
            for code in known
        ]
        context = {
            "shown": [each for each in inputs if not each["folded"]],
            "folded": [each for each in inputs if each["folded"]],
            "rows": self.rows,
            "longest": self.attrs.get("maxlength", ""),
        }
        return render_to_string("admin/widgets/texts.html", context)


class TextsField(forms.Field):
    """A text per language, as {code: text}; languages left empty are left out."""

    widget = TextsWidget

    def __init__(self, *, longest: int, rows: int = 0, **options: Any) -> None:
        super().__init__(widget=TextsWidget({"maxlength": longest}, rows=rows), **options)
        self.longest = longest

    def to_python(self, value: Any) -> dict[str, str]:
        given = value if isinstance(value, Mapping) else {}
        texts = {code: str(text).strip().replace("\r\n", "\n") for code, text in given.items()}
        return {code: text for code, text in texts.items() if text and CODE.fullmatch(code)}

    def validate(self, value: dict[str, str]) -> None:
        if self.required and not value:
            raise ValidationError("Give a text in at least one language.", code="required")
        for code, text in value.items():
            if len(text) > self.longest:
                name = language_name(code)
                raise ValidationError(f"The {name} text has {len(text)} characters; {self.longest} are the most.")
            if "\x00" in text:
                raise ValidationError("This text contains a character that cannot be stored.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class PerLanguage:
    """Admin page or inline whose `texts` (field name -> longest, rows) are typed per language."""

    texts: dict[str, tuple[int, int]] = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name not in self.texts:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        longest, rows = self.texts[db_field.name]
        return TextsField(
            longest=longest,
            rows=rows,
            required=not db_field.blank,
            label=db_field.verbose_name.capitalize(),
        )
