"""Is this file a picture that can be a logo, and what is kept of it?"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from config.kit.refused import Invalid

MOST_BYTES = 200_000
MOST_SIDE = 6_000  # a picture's header may promise more than a machine has memory for
WIDTH, HEIGHT = 480, 120  # twice as many as the largest place that shows it
FORMATS = ("PNG", "JPEG", "WEBP")

# The readers of the formats raise each their own where a file is broken.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that we have drawn anew: nothing of the file that came is in it but its points."""

    content: bytes
    type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """What it is known by: the same picture has the same address."""
        return hashlib.sha256(self.content).hexdigest()[:40]


def drawn_anew(content: bytes, *, field: str = "logo") -> Picture:
    """The picture in a file, at most 480 x 120 points; PNG and WebP as PNG, JPEG as JPEG. Raises `Invalid`."""
    if len(content) > MOST_BYTES:
        raise Invalid(
            f"The file has {len(content) // 1000} kB. Give a picture of at most {MOST_BYTES // 1000} kB.", field=field
        )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as given:
            if max(given.size) > MOST_SIDE:
                raise Invalid(f"The picture is {given.width} x {given.height} points: that is too large.", field=field)
            is_jpeg = given.format == "JPEG"
            points = ImageOps.exif_transpose(given).convert("RGB" if is_jpeg else "RGBA")
    except (*BROKEN, UnidentifiedImageError) as broken:
        raise Invalid("This is no PNG, JPEG or WebP picture that can be read.", field=field) from broken
    except Image.DecompressionBombError as bomb:
        raise Invalid("The picture is too large.", field=field) from bomb
    points.thumbnail((WIDTH, HEIGHT))
    clean = Image.frombytes(points.mode, points.size, points.tobytes())
    kept = io.BytesIO()
    if is_jpeg:
        clean.save(kept, "JPEG", quality=90, optimize=True)
    else:
        clean.save(kept, "PNG", optimize=True)
    return Picture(kept.getvalue(), "image/jpeg" if is_jpeg else "image/png", *clean.size)
