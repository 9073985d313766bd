"""An invented agency to look around in. Says who may sign in. Harmless to repeat."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand

from influence.demo import world
from influence.demo.creator import SandboxCreators
from influence.demo.seed import fill
from tiktok.limits import waiting_as_worker


class Command(BaseCommand):
    help = "Make the invented demo agency; fill it where TIKTOK_BASE_URL is a sandbox."

    def handle(self, **options: Any) -> None:
        made = world.make_world()
        if _is_sandbox(settings.TIKTOK_BASE_URL):
            with waiting_as_worker():
                fill(made, SandboxCreators(settings.TIKTOK_BASE_URL))
        self.stdout.write(f"Sign in as               password {world.PASSWORD}")
        for email, who in world.PEOPLE.items():
            self.stdout.write(f"  {email:<28} {who}")


def _is_sandbox(url: str) -> bool:
    try:
        return requests.get(f"{url}/_sandbox/health", timeout=3).ok
    except requests.RequestException:
        return False
