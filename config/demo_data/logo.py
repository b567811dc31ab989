"""What does the reseller of the demo have as its logo? Two boxes on their way, drawn rather than kept as a file."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

ACCENT = "#9a3412"
TINT = "#fdba74"


def demo_logo() -> bytes:
    """A PNG of 120 x 120 points on nothing."""
    picture = Image.new("RGBA", (480, 480))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((20, 20, 460, 460), 96, fill=ACCENT)
    pen.rounded_rectangle((96, 224, 256, 384), 20, fill="#ffffff")
    pen.rounded_rectangle((224, 96, 384, 256), 20, fill=TINT)
    pen.polygon(((296, 384), (384, 384), (384, 296)), fill="#ffffff")
    file = io.BytesIO()
    picture.resize((120, 120), Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()
