"""Programs that creators apply to, and their applications."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.enums import ApplicationState
from crm.models.fields import CustomField
from tenancy.models import OrganizationModel


class Program(OrganizationModel):
    """A public page on which creators apply to the organization, or to one of its groups.

    `key` names it in its address and never changes. `countries`: more than half of the audience has to be there.
    `file_question`: what is to be uploaded; empty for nothing. `capacity`: so many are accepted. `closes_on`: the last day.
    `tag` and the contract are given to who is accepted.
    """

    group_path: ClassVar[str] = "group"

    name = models.CharField(max_length=120)
    key = models.SlugField(max_length=60)
    brand = models.CharField(max_length=120, blank=True)
    group = models.ForeignKey(
        "tenancy.Group", null=True, blank=True, on_delete=models.SET_NULL, related_name="programs"
    )
    story = models.TextField(max_length=4000)
    language = models.CharField(max_length=10, blank=True)
    least_followers = models.PositiveIntegerField(null=True, blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    least_views = models.PositiveIntegerField(null=True, blank=True)
    file_question = models.CharField(max_length=120, blank=True)
    consent_text = models.TextField(blank=True, max_length=4000)
    is_open = models.BooleanField(default=False)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)
    tag = models.ForeignKey(
        "crm.Tag", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    contract_title = models.CharField(max_length=200, blank=True)
    contract_text = models.TextField(blank=True, max_length=50_000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"], name="program_key_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProgramQuestion(OrganizationModel):
    """A custom field that applicants fill in."""

    group_path: ClassVar[str] = "program__group"

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="questions")
    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="questions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "field"], name="field_asked_once_in_each_program"
            )
        ]

    def __str__(self) -> str:
        return str(self.field)


class Application(OrganizationModel):
    """One person's application to a program.

    `influencer` is known once they have connected TikTok; `is_new`: their row was made by that, and is archived until they are
    accepted. `answers`: by the id of the custom field, as its form has them. `addresses`: of accounts on other networks.
    `agreed_text`: the program's text as it was agreed to. `said`: what staff asked back, or wrote when declining.
    """

    group_path: ClassVar[str] = "program__group"

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="applications")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications"
    )
    influencer = models.ForeignKey(
        "crm.Influencer", null=True, on_delete=models.CASCADE, related_name="applications"
    )
    is_new = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=ApplicationState, default=ApplicationState.STARTED
    )
    name = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    addresses = ArrayField(models.CharField(max_length=300), default=list)
    file = models.ForeignKey("files.File", null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_text = models.TextField(blank=True, max_length=4000)
    said = models.TextField(blank=True, max_length=2000)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "person"], name="application_once_per_person_and_program"
            )
        ]
        indexes = [
            models.Index(fields=["program", "state", "submitted_at"], name="application_queue")
        ]

    def __str__(self) -> str:
        return f"Application {self.pk}"  # an event keeps this: it names nobody


class ApplicationVote(OrganizationModel):
    """A member is for an application, or against it."""

    group_path: ClassVar[str] = "application__program__group"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_for = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "member"], name="one_vote_per_member_and_application"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.application}"


class ApplicationNote(OrganizationModel):
    """Plain text that a member wrote about an application."""

    group_path: ClassVar[str] = "application__program__group"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Note on {self.application_id}"
