"""An invented world to look around in. Says who may sign in, then fills it. Harmless to repeat."""

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
    help = "Make the invented organizations; fill them where TIKTOK_BASE_URL is a sandbox."

    def handle(self, **options: Any) -> None:
        made = world.make_world()
        self.stdout.write(f"Sign in as               password {world.PASSWORD}")
        for email, who in world.PEOPLE.items():
            self.stdout.write(f"  {email:<28} {who}")
        self.stdout.write("")  # whoever waits for the people need not wait for what they do
        self.stdout.flush()
        if _is_sandbox(settings.TIKTOK_BASE_URL):
            with waiting_as_worker():
                fill(made, SandboxCreators(settings.TIKTOK_BASE_URL))


def _is_sandbox(url: str) -> bool:
    try:
        return requests.get(f"{url}/_sandbox/health", timeout=3).ok
    except requests.RequestException:
        return False
