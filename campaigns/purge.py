"""The purgers of campaigns: posts that point at videos of the old source. Their id and URL stay as a tombstone."""

from __future__ import annotations

from campaigns.models import Post
from tiktok.enums import Source
from tiktok.services.legacy.purgers import TERMS, RowPurger, register_purger

register_purger(
    RowPurger(
        "post_links",
        "Captions and numbers of campaign posts are deleted; id and URL stay",
        TERMS,
        lambda: Post.objects.filter(video__source=Source.LEGACY),
        lambda rows: rows.update(video=None),
    ),
    first=True,
)
