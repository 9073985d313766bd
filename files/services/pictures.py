"""Pictures are drawn anew: what is kept holds pixels only."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from files.errors import FileRefused
from files.limits import PictureLimit

KEPT_TYPE, KEPT_ENDING = "image/png", ".png"
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def redraw(content: bytes, content_type: str, limit: PictureLimit) -> bytes:
    """The picture as a PNG of at most `kept_side` pixels, upright, without metadata. Raises FileRefused.

    The size is read from the header before a pixel is unpacked, so a small file cannot fill the memory.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[content_type]]) as picture:
            _refuse_huge(picture, limit)
            return _drawn(picture, limit.kept_side)
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_large(limit) from bomb
    except Exception as broken:  # Pillow's decoders raise whatever a broken file leads them to
        raise FileRefused(
            "This picture is damaged and could not be read. Export it again and upload the new file."
        ) from broken


def fitted(content: bytes, width: int, height: int) -> bytes:
    """A kept picture as a PNG exactly `height` pixels high and at most `width` wide: made smaller, never larger."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as kept:
        picture = kept.convert("RGBA")
    picture.thumbnail((width, height))
    canvas = Image.new("RGBA", (picture.width, height))
    canvas.paste(picture, (0, (height - picture.height) // 2))
    output = io.BytesIO()
    canvas.save(output, "PNG", optimize=True)
    return output.getvalue()


def _refuse_huge(picture: Image.Image, limit: PictureLimit) -> None:
    if max(picture.size) > limit.taken_side:
        raise _too_large(limit)


def _too_large(limit: PictureLimit) -> FileRefused:
    side = f"{limit.taken_side:,}"
    return FileRefused(f"This picture is too large: at most {side} × {side} pixels are accepted.")


def _drawn(picture: Image.Image, side: int) -> bytes:
    picture.draft("RGB", (side, side))  # a JPEG is unpacked no larger than needed
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((side, side))
    upright.info.clear()  # colour profile and texts would be written along
    output = io.BytesIO()
    upright.save(output, "PNG", optimize=True)
    return output.getvalue()
