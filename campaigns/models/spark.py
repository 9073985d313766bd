from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from campaigns.enums import SparkCodeState, SparkState
from campaigns.models.posts import Post
from tenancy.models import OrganizationModel
from tiktok.sealing import seal, unseal


class SparkPermission(OrganizationModel):
    """The creator's permission to advertise with a post (Spark Ads): the latest request for it, and what became of it.

    Written before TikTok is asked and settled after it, so that a lost answer is seen and never silently repeated. `days` is
    what was asked for last, with `extends` on top of what was given; the creator chooses freely. The code stands sealed in the
    row and leaves it only through `open_code`.
    """

    group_path: ClassVar[str] = "post__account__influencer__group"

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="spark")
    state = models.CharField(max_length=10, choices=SparkState, default=SparkState.DUE)
    problem = models.CharField(max_length=300, blank=True)
    days = models.PositiveSmallIntegerField()
    extends = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    sending_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    sealed_code = models.TextField(blank=True, default="", editable=False)
    code_state = models.CharField(max_length=10, choices=SparkCodeState, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Spark Ads permission of post {self.post_id}"

    @property
    def label(self) -> str:
        """How it stands, in a word: what became of the code says more than that it was given."""
        if self.state == SparkState.ACCEPTED and self.code_state in SparkCodeState.over():
            return SparkCodeState(self.code_state).label
        return SparkState(self.state).label

    @property
    def is_running(self) -> bool:
        """May the post be advertised with now?"""
        is_given = self.state == SparkState.ACCEPTED
        return is_given and self.code_state not in SparkCodeState.over()

    def keep_code(self, code: str) -> None:
        """Seal the code into the row (not saved)."""
        self.sealed_code = seal(code, self._context)

    def open_code(self) -> str:
        """The code that an advertiser types; empty without one."""
        return unseal(self.sealed_code, self._context) if self.sealed_code else ""

    @property
    def _context(self) -> str:
        return f"spark|{self.post_id}|code"
