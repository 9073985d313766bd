"""A person's browser, reduced to forms: signs in and connects TikTok through the pages, over HTTP."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

WAIT_SECONDS = 30
CODE = re.compile(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", re.MULTILINE)


@dataclass
class _Form:
    """A form of a page: where it goes, and its fields as they stand."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name")
        is_off = values.get("type") in {"checkbox", "radio"} and "checked" not in values
        if tag == "form":
            self.found.append(_Form(values.get("action") or ""))
        elif tag == "input" and name and self.found and not is_off:
            self.found[-1].fields.append((name, values.get("value") or ""))


class Browser:
    """Cookies and the page it is on."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.session = requests.Session()
        self.page: requests.Response

    def open(self, address: str) -> None:
        self.page = self.session.get(urljoin(self.site, address), timeout=WAIT_SECONDS)
        self.page.raise_for_status()

    def submit(self, *, action: str = "", **values: str) -> None:
        """Fill in and send the form whose action contains `action`; without one, the form that names none."""
        forms = _Forms()
        forms.feed(self.page.text)
        form = next(f for f in forms.found if (action in f.action if action else not f.action))
        kept = [(name, value) for name, value in form.fields if name not in values]
        self.page = self.session.post(
            urljoin(self.page.url, form.action),
            data=[*kept, *values.items()],
            headers={"Referer": self.page.url},
            timeout=WAIT_SECONDS,
        )
        self.page.raise_for_status()

    def sign_in_by_code(self, email: str, mails: Path) -> None:
        """Ask for a code, read the mail, enter the code."""
        self.open("/accounts/login/code/")
        before = set(mails.glob("*"))
        self.submit(action="login/code", email=email)
        self.submit(action="code", code=self._code_in(mails, before))

    def _code_in(self, mails: Path, before: set[Path]) -> str:
        """The code of the first new mail that has one; a worker sends it."""
        ends_at = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < ends_at:
            for file in set(mails.glob("*")) - before:
                if code := CODE.search(file.read_text(encoding="utf-8")):
                    return code[1]
            time.sleep(0.2)
        raise RuntimeError("No mail with a sign-in code has come.")
