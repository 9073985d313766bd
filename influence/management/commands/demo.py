"""The whole story in the terminal. `make demo` starts temporary services and calls it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from influence.demo.creator import SandboxCreators
from influence.demo.figures import StoryBroken, write_figures
from influence.demo.steps import tell
from influence.demo.story import Story
from influence.demo.world import make_world
from tenancy.scope import organization_scope
from tiktok.errors import NotALegacyExport
from tiktok.limits import waiting_as_worker

INVENTED_EXPORT = Path(settings.BASE_DIR) / "influence" / "demo" / "old_source.csv"


class Command(BaseCommand):
    help = "Tell the main job from beginning to end on the services in DEMO_WEB_URL and DEMO_SANDBOX_URL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--legacy", type=Path, default=INVENTED_EXPORT, help="export of the old source (CSV)"
        )
        parser.add_argument("--json", type=Path, help="write the figures to this file")

    def handle(self, *, legacy: Path, json: Path | None, **options: Any) -> None:
        story = Story(
            world=(world := make_world()),
            creators=SandboxCreators(os.environ["DEMO_SANDBOX_URL"]),
            site=os.environ["DEMO_WEB_URL"],
            mails=Path(settings.EMAIL_FILE_PATH),
            export=legacy,
            say=self.stdout.write,
        )
        try:
            with organization_scope(world.organization), waiting_as_worker():
                figures = tell(story)
        except NotALegacyExport as problem:
            raise CommandError(f"Nothing was imported. {problem}") from problem
        except StoryBroken as broken:
            raise CommandError(f"The story broke: it is not true that {broken}.") from broken
        if json:
            write_figures(figures, json)
        self.stdout.write(
            f"\nThe whole story: {figures.api_calls:,} calls to TikTok, {figures.seconds} s."
        )
