"""Seal all tokens with the newest key: put it in front of TOKEN_KEYS, restart, run this, then drop the old one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tiktok.errors import SealBroken
from tiktok.services.grants.keys import rotate_token_keys


class Command(BaseCommand):
    help = "Seal all stored tokens with the first key of TOKEN_KEYS. May be stopped and run again."

    def handle(self, **options: Any) -> None:
        try:
            done = rotate_token_keys()
        except SealBroken as broken:
            raise CommandError(f"{broken} Then run this again.") from broken
        self.stdout.write(
            f"Sealed anew: {done.connections} connections, {done.marketplace_accounts} marketplace accounts, "
            f"{done.single_sign_ons} secrets of single sign-on."
        )
