"""A mail's HTML and text: a pair of templates in the one layout, its styles moved into the elements."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import css_inline
from django.conf import settings
from django.template.loader import render_to_string


@cache
def _inliner() -> css_inline.CSSInliner:
    style = settings.BASE_DIR / "templates" / "emails" / "layout.css"
    # What depends on the reader's screen cannot be moved into elements: it stays in a <style> of its own.
    return css_inline.CSSInliner(
        extra_css=style.read_text(), keep_at_rules=True, load_remote_stylesheets=False
    )


def render(template: str, values: Mapping[str, object]) -> tuple[str, str]:
    """(HTML, text) of `emails/<template>.html` and `.txt`."""
    html = render_to_string(f"emails/{template}.html", dict(values))
    text = render_to_string(f"emails/{template}.txt", dict(values))
    return _inliner().inline(html), text.strip() + "\n"


def render_words(template: str, values: Mapping[str, object]) -> str:
    """The text alone without its footer, to be sent some other way than by mail."""
    text = render_to_string(f"emails/{template}.txt", {**values, "is_without_footer": True})
    return text.strip()
