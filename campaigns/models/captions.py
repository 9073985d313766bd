"""The words of captions by which posts in campaigns are found, kept so that an index can find them.

Written by the triggers of the migration `words_of_captions`, whichever way a post or a caption is written (`docs/decisions/0010`).
"""

from __future__ import annotations

import re
from typing import ClassVar

from django.db import models

from campaigns.models.places import PostPlace
from campaigns.models.posts import Post
from crm.models.search import SEARCHED_WORDS, OwnKeyEntry, sample

# What stands between words: blanks, signs, emojis. As in the migration.
BETWEEN = re.compile(
    "[\x00-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b9-\u02cb\u058a\u05be\u05c0\u05c3\u05f3\u05f4\u060c"
    "\u061b\u061f\u06d4\u1400\u1680\u1806\u2000-\u200a\u2010-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u30a0\u30fb"
    "\ua78c\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff]+"
)


class PostWord(OwnKeyEntry):
    """A word of the caption of a TikTok post in a campaign."""

    group_path: ClassVar[str] = "post__account__influencer__group"
    subject: ClassVar[str] = "post_id"

    pk = models.CompositePrimaryKey("organization_id", "word", "post_id")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, db_constraint=False, related_name="+")

    class Meta:
        indexes = [sample("sample_of_post_words", "post_id")]


class PlaceWord(OwnKeyEntry):
    """A word of the caption of another network's post that has a place in a campaign."""

    group_path: ClassVar[str] = "place__account__influencer__group"
    subject: ClassVar[str] = "place_id"

    pk = models.CompositePrimaryKey("organization_id", "word", "place_id")
    place = models.ForeignKey(
        PostPlace, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )

    class Meta:
        indexes = [sample("sample_of_place_words", "place_id")]


def words_in(search: str) -> list[str]:
    """The words that somebody typed, cut as captions are, not folded yet."""
    return [word for word in BETWEEN.split(search) if word][:SEARCHED_WORDS]
