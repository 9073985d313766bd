"""The move off the old source: its data brought in, and the cut-over in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from campaigns.services.legacy import cutting_over
from campaigns.services.legacy.importing import ImportResult, import_legacy_export
from campaigns.services.legacy.planning import make_plan
from tenancy.models import User

# A post each of one account in the marketplace (once it is said to be) and of one outside.
TWO_POSTS = """handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares
ann.b,1.5K,7499446218112634119,One #spring,2025-05-01 12:00:00,2025-05-02 00:00:00,10K,100,5,1
tom_t,900,7499446218112634121,Three,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
"""


def bring_in(
    folder: Path,
    content: bytes | str,
    *,
    campaign_name: str = "Spring",
    actor: User | None = None,
    **options: Any,
) -> ImportResult:
    """Import a file with this content."""
    file = folder / "export.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_legacy_export(file, campaign_name=campaign_name, actor=actor, **options)


def cut_over(*, actor: User | None = None) -> int:
    """Cut over by a plan that is made for it. Returns the posts hidden."""
    return cutting_over.cut_over(make_plan(actor=actor), actor=actor)
