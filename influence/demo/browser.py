"""A person's browser, reduced to forms: signs in and connects TikTok through the pages, over HTTP."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

WAIT_SECONDS = 30
CODE = re.compile(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", re.MULTILINE)


class _Forms(HTMLParser):
    """The forms of a page: action, method and the fields as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append({"action": values.get("action") or "", "fields": []})
        elif tag in {"input", "button"} and values.get("name") and self.forms:
            is_off = values.get("type") in {"checkbox", "radio"} and "checked" not in values
            if tag == "input" and not is_off:
                self.forms[-1]["fields"].append((values["name"], values.get("value") or ""))  # type: ignore[attr-defined]


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
        """Fill in and send the form whose action contains `action`."""
        parser = _Forms()
        parser.feed(self.page.text)
        form = next(form for form in parser.forms if action in str(form["action"]))
        fields = [(name, value) for name, value in form["fields"] if name not in values]  # type: ignore[attr-defined]
        self.page = self.session.post(
            urljoin(self.page.url, str(form["action"])),
            data=[*fields, *values.items()],
            headers={"Referer": self.page.url},
            timeout=WAIT_SECONDS,
        )
        self.page.raise_for_status()

    def sign_in_by_code(self, email: str, mails: Path) -> None:
        """Ask for a code, read the mail, enter the code."""
        self.open("/accounts/login/code/")
        before = set(mails.glob("*"))
        self.submit(action="login/code", email=email)
        newest = max(set(mails.glob("*")) - before, key=lambda file: file.stat().st_mtime)
        code = CODE.search(newest.read_text(encoding="utf-8"))
        if code is None:
            raise RuntimeError("The mail holds no sign-in code.")
        self.submit(action="login/code/confirm", code=code[1])
