"""The main job from beginning to end over two invented organizations: what all its steps share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.models import SocialAccount
from influence.demo.creator import SandboxCreators
from influence.demo.figures import Figures
from influence.demo.world import World


@dataclass
class Story:
    """One telling: its world and site, the old source's export, who hears what happens, and the figures so far."""

    world: World
    creators: SandboxCreators
    site: str
    mails: Path
    export: Path
    say: Callable[[str], None]
    figures: Figures = field(default_factory=Figures)

    @contextmanager
    def step(self, number: int, title: str) -> Iterator[None]:
        self.say(f"\n{number}. {title}")
        started = time.monotonic()
        yield
        self.say(f"   done in {time.monotonic() - started:.1f} s")

    def account(self, handle: str) -> SocialAccount:
        return SocialAccount.objects.select_related("creator", "influencer").get(handle=handle)
