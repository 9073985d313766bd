"""Every setting is written down, once, in `.env.example`."""

from __future__ import annotations

import itertools
import re

import yaml

from tests.personas import OURS

from .launching import ROOT

READ = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")
NAMED = re.compile(r"^(?:# )?([A-Z_]+)=", re.MULTILINE)
LAUNCHER_ONLY = {"PORT", "DATABASE_OWNER_URL"}
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"}


def test_every_setting_stands_in_env_example_and_nothing_else() -> None:
    read = set(READ.findall((ROOT / "influence/settings.py").read_text()))
    named = NAMED.findall((ROOT / ".env.example").read_text())
    assert len(named) == len(set(named))
    assert set(named) == read | LAUNCHER_ONLY | COMPOSE_ONLY


def test_every_setting_is_explained() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if NAMED.match(line):
            assert before.startswith("#") or NAMED.match(before), line


def test_compose_reads_only_what_env_example_names() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    named = set(NAMED.findall((ROOT / ".env.example").read_text()))
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= named
    services = yaml.safe_load(text)["services"]
    assert {"web", "worker", "beat", "migrate", "postgres", "valkey"} == set(services)
    for name in ("web", "worker", "beat", "migrate"):
        assert services[name]["init"]
        assert services[name]["read_only"]
    for name in ("web", "worker", "beat", "postgres", "valkey"):
        assert "healthcheck" in services[name]


def test_the_image_is_built_with_all_that_the_product_imports_and_reads() -> None:
    let_in = set((ROOT / ".dockerignore").read_text().splitlines())
    assert {f"!{package}/" for package in OURS} <= let_in
    assert {"!manage.py", "!gunicorn.conf.py", "!pyproject.toml"} <= let_in


def test_only_the_migration_sees_the_powerful_passwords() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("web", "worker", "beat"):
        environment = services[name]["environment"]
        assert not any(environment[secret] for secret in COMPOSE_ONLY)
