"""The README's examples, as a stranger would run them."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox_process import (
    ACCOUNT_ID,
    APP_ID,
    BRAND_TOKEN,
    REDIRECT_URI,
    SECRET,
    TTO_ACCOUNT_ID,
    TTO_SCOPES,
)
from tiktok import client as package
from tiktok.client import BrandOAuth

pytestmark = pytest.mark.contract
README = Path(package.__file__).with_name("README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def callbacks(tiktok, client, oauth):
    """What the two consent pages send back, and what a user of the old marketplace has."""
    url = BrandOAuth(client).authorize_url(redirect_uri=REDIRECT_URI, state="s")
    form = urlencode({"decision": "allow", "accounts": TTO_ACCOUNT_ID}).encode()
    location = tiktok.submit(url, form)[2]
    url = oauth.authorize_url(redirect_uri=REDIRECT_URI, state="s", scopes=TTO_SCOPES)
    return {
        "auth_code": parse_qs(urlsplit(location).query)["auth_code"][0],
        "code": tiktok.consent(url, "maya.bakes")["code"],
        "legacy_account_id": ACCOUNT_ID,
        "legacy_token": BRAND_TOKEN,
    }


def test_every_example_of_the_readme_runs(tiktok, callbacks, monkeypatch, capsys):
    monkeypatch.setenv("TIKTOK_BASE_URL", tiktok.url)
    monkeypatch.setenv("TIKTOK_APP_ID", APP_ID)
    monkeypatch.setenv("TIKTOK_APP_SECRET", SECRET)
    tiktok.control("switches", handle_delay_seconds=0)
    names = dict(callbacks)
    assert len(BLOCKS) == 7
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    names["client"].close()
    assert names["profile"] is None
    assert names["campaign"].handles == ("maya.bakes",)
    assert "Northlight" in capsys.readouterr().out
    assert names["receive"]("0" * 64, b"{}", SECRET) == 403


def test_the_readme_names_every_module():
    modules = {path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py")}
    named = set(re.findall(r"`([a-z_]+)`", README[README.index("## Modules") :]))
    assert modules <= named
