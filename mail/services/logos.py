"""An organization's logo in its mails: a small picture that travels inside the mail, so that no reader asks a server."""

from __future__ import annotations

import re
from base64 import b64encode
from email.mime.image import MIMEImage
from functools import lru_cache

from files.models import File
from files.queries import current_logo
from files.services.pictures import fitted
from files.store import contents

SOURCE = "cid:logo"
ATTRIBUTES = r'(?:[^>"]|"[^"]*")*'
ELEMENT = re.compile(f'<img{ATTRIBUTES}src="{SOURCE}"{ATTRIBUTES}>')
# Twice the 240 × 40 pixels that the layout gives it, for screens of high resolution.
WIDTH, HEIGHT = 480, 80


def with_logo(html: str) -> tuple[str, MIMEImage | None]:
    """A mail's HTML and the picture it shows. A logo that is gone since the mail was queued leaves no empty frame."""
    if SOURCE not in html:
        return html, None
    logo = current_logo()
    content = _content(logo) if logo else None
    if content is None:
        return ELEMENT.sub("", html), None
    return html, _inline(content)


def with_embedded_logo(html: str) -> str:
    """A mail's HTML with the logo inside, for a page that shows the mail."""
    logo = current_logo()
    content = _content(logo) if logo else None
    if content is None:
        return ELEMENT.sub("", html)
    return html.replace(SOURCE, f"data:image/png;base64,{b64encode(content).decode()}")


def _content(logo: File) -> bytes | None:
    """The picture as mails carry it; None when it cannot be read: the mail matters more than its picture."""
    try:
        return _fitted(logo.path)
    except OSError:
        return None


@lru_cache(maxsize=32)
def _fitted(path: str) -> bytes:
    """A path's content never changes, so that a thousand mails read it once."""
    with contents().open(path) as file:
        return fitted(file.read(), WIDTH, HEIGHT)


def _inline(content: bytes) -> MIMEImage:
    picture = MIMEImage(content, "png")
    picture.add_header("Content-ID", f"<{SOURCE.removeprefix('cid:')}>")
    picture.add_header("Content-Disposition", "inline", filename="logo.png")
    return picture
