"""What campaigns hold of the old source: posts that point at its videos. Their id and URL stay as a tombstone."""

from __future__ import annotations

from campaigns.models import Post
from tiktok.enums import Source
from tiktok.purge import TERMS, Purger, register_purger

register_purger(
    Purger(
        "post_links",
        "Campaign posts let go of captions and numbers; id and URL stay",
        TERMS,
        lambda: Post.objects.filter(video__source=Source.LEGACY),
        lambda rows: rows.update(video=None),
    ),
    first=True,
)
