"""Can a marketplace's colour be read, and what do its lighter and darker shades look like?

Contrast is that of WCAG 2: from 1 (none) to 21 (black on white). Text needs 4.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.kit.refused import Invalid

LEAST_CONTRAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
# The grounds of static/css/countersign.css on which the accent stands as text.
LIGHT_GROUND, DARK_GROUND = "#f2f4f7", "#1e232b"
DARK_TEXT = "#101318"
STEP = 0.02
_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Shades:
    """What one accent colour becomes: in light mode, and in dark mode, where it is lighter and its text is dark.

    `strong` is for what is pressed or pointed at, `soft` is the ground on which the accent stands as text,
    `text` stands on the accent.
    """

    accent: str
    strong: str
    soft: str
    text: str
    dark_accent: str
    dark_strong: str
    dark_soft: str
    dark_text: str


def checked_accent(text: str, *, field: str = "accent") -> str:
    """The colour as #rrggbb in small letters; `Invalid` for none, and for one on which white cannot be read."""
    colour = text.strip().lower()
    if not _HEX.fullmatch(colour):
        raise Invalid("Write the colour as # and six hexadecimal digits, such as #0c6b70.", field=field)
    found = contrast(colour, WHITE)
    if found < LEAST_CONTRAST:
        raise Invalid(
            f"White text on {colour} has a contrast of {found:.2f} to 1; people need {LEAST_CONTRAST} to read it. "
            "Choose a darker colour.",
            field=field,
        )
    return colour


def contrast(one: str, other: str) -> float:
    """How well one colour is read on the other, whichever of them is the ground."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def shades_of(accent: str) -> Shades:
    """The shades of a colour that `checked_accent` took: each text is readable on each ground it stands on."""
    soft = mixed(accent, WHITE, 0.92)
    light = _moved(accent, BLACK, (LIGHT_GROUND, soft))
    dark_soft = mixed(accent, DARK_GROUND, 0.72)
    dark = _moved(accent, WHITE, (DARK_GROUND, dark_soft, DARK_TEXT))
    return Shades(
        accent=light,
        strong=mixed(light, BLACK, 0.22),
        soft=soft,
        text=WHITE,
        dark_accent=dark,
        dark_strong=mixed(dark, WHITE, 0.4),
        dark_soft=dark_soft,
        dark_text=DARK_TEXT,
    )


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with so much (0 to 1) of the other in it."""
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (theirs - own) * share):02x}" for own, theirs in parts)


def _moved(colour: str, towards: str, grounds: tuple[str, ...]) -> str:
    """The colour, moved as little as needed to be readable on all of these grounds."""
    share, found = 0.0, colour
    while share < 1 and min(contrast(found, ground) for ground in grounds) < LEAST_CONTRAST:
        share += STEP
        found = mixed(colour, towards, min(share, 1.0))
    return found


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
