"""The README's examples, as a stranger would run them: here, and with the package lifted out of the repository."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
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
    """The answers of the two consent pages, and what a user of the old marketplace has."""
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


def addresses(tiktok):
    return {
        "TIKTOK_BASE_URL": tiktok.url,
        "TIKTOK_APP_ID": APP_ID,
        "TIKTOK_APP_SECRET": SECRET,
    }


def test_every_example_of_the_readme_runs(tiktok, callbacks, monkeypatch, capsys):
    for name, value in addresses(tiktok).items():
        monkeypatch.setenv(name, value)
    tiktok.control("switches", handle_delay_seconds=0)
    names = dict(callbacks)
    assert len(BLOCKS) == 9
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    names["client"].close()
    assert names["profile"] is None
    assert names["campaign"].handles == ("maya.bakes",)
    assert "Harbour Goods" in capsys.readouterr().out
    assert names["receive"]("0" * 64, b"{}", SECRET) == 403


def everything_needed(names):
    """The distributions of these names and of all that they require."""
    found, wanted = {}, list(names)
    while wanted:
        name = wanted.pop()
        each = found[name] = metadata.distribution(name)
        required = (line for line in each.requires or () if "extra ==" not in line)
        wanted += {re.match(r"[\w.-]+", line)[0] for line in required} - set(found)
    return found.values()


@pytest.fixture
def lifted_out(tmp_path):
    """A folder with the package and what its own `pyproject.toml` asks for, and nothing else."""
    folder = Path(package.__file__).parent
    shutil.copytree(
        folder, tmp_path / "tiktok/client", ignore=shutil.ignore_patterns("__pycache__")
    )
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = everything_needed(re.match(r"\w+", line)[0] for line in project["dependencies"])
    for each in needed:
        for top in {file.parts[0] for file in each.files} - {".."}:
            (tmp_path / top).symlink_to(each.locate_file(top))
    return tmp_path


def test_every_example_runs_with_the_package_lifted_out(tiktok, callbacks, lifted_out):
    tiktok.control("switches", handle_delay_seconds=0)
    kept = {path.name for path in lifted_out.iterdir() if path.suffix != ".dist-info"}
    assert kept == {"tiktok", "requests", "msgspec", "urllib3", "idna", "certifi"} | {
        "charset_normalizer"
    }
    script = "import json, sys; globals().update(json.load(sys.stdin))\n" + "\n".join(BLOCKS)
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script],
        input=json.dumps(callbacks),
        env={"PYTHONPATH": str(lifted_out), **addresses(tiktok)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Harbour Goods" in done.stdout


def test_it_asks_for_the_versions_the_product_is_tested_with():
    project = tomllib.loads(Path(package.__file__).with_name("pyproject.toml").read_text("utf-8"))
    ours = Path("requirements/run.in").read_text(encoding="utf-8").splitlines()
    assert set(project["project"]["dependencies"]) <= set(ours)


def test_the_readme_names_every_module():
    modules = {path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py")}
    named = set(re.findall(r"`([a-z_]+)`", README[README.index("## Modules") :]))
    assert modules <= named
