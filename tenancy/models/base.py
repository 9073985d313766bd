"""What every row of an organization's or a person's data is."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import sql

from tenancy.scope import (
    NOBODY,
    ForeignOrganization,
    Owner,
    ScopeMissing,
    current_organization_id,
    current_owner,
    current_person_id,
)

ModelT = TypeVar("ModelT", bound=models.Model)


class ClosedQuery(sql.Query):
    """A query that refuses to become SQL. `.none()` stays usable."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_empty():
            return super().get_compiler(*args, **kwargs)
        raise self._missing()

    def chain(self, klass: Any = None) -> Any:
        if klass is not None and not self.is_empty():  # an update or a delete in the making
            raise self._missing()
        return super().chain(klass)

    def _missing(self) -> ScopeMissing:
        name = self.model._meta.label if self.model else "?"
        return ScopeMissing(f"{name}: no organization is in scope")


class OrganizationManager(models.Manager[ModelT]):
    """Hands out the rows of the organization in scope; without a scope, a queryset that refuses to run."""

    def get_queryset(self) -> models.QuerySet[ModelT]:
        organization_id = current_organization_id()
        if organization_id is None:
            return self._queryset_class(self.model, query=ClosedQuery(self.model), using=self._db)  # type: ignore[attr-defined]
        return super().get_queryset().filter(organization_id=organization_id)


class OrganizationModel(models.Model):
    """A row that belongs to exactly one organization: the one in scope when it is made."""

    # The columns that the run-time role may change once a row is written; it may then delete none. None: all, and delete.
    changeable: ClassVar[frozenset[str] | None] = None

    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
    )

    objects = OrganizationManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if current_organization_id() is None:
            raise ScopeMissing(f"{self._meta.label}: no organization is in scope")
        if self.organization_id != current_organization_id():
            raise ForeignOrganization(
                f"{self._meta.label}: belongs to another organization than the one in scope"
            )
        super().save(*args, **kwargs)


class OwnedManager(models.Manager[ModelT]):
    """Hands out the rows of the organization or the person in scope; without a scope, a queryset that refuses to run."""

    def get_queryset(self) -> models.QuerySet[ModelT]:
        owner = current_owner()
        if owner == NOBODY:
            return self._queryset_class(self.model, query=ClosedQuery(self.model), using=self._db)  # type: ignore[attr-defined]
        owned = {name: key for name, key in owner._asdict().items() if key is not None}
        return super().get_queryset().filter(**owned)


class OwnedModel(models.Model):
    """A row that belongs to exactly one organization or one person: the one in scope when it is made.

    Table constraint and policy are generated after every migrate (`tenancy.isolation`). A row of this kind may refer to
    rows of this kind, to people and to organizations, but not to an `OrganizationModel`: a person's row has no
    organization that could be compared.
    """

    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        default=current_organization_id,
        null=True,
        editable=False,
        related_name="+",
    )
    person = models.ForeignKey(
        "tenancy.User",
        on_delete=models.CASCADE,
        default=current_person_id,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = OwnedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if current_owner() == NOBODY:
            raise ScopeMissing(f"{self._meta.label}: no organization and no person is in scope")
        if self.owner != current_owner():
            raise ForeignOrganization(
                f"{self._meta.label}: belongs to another owner than the one in scope"
            )
        super().save(*args, **kwargs)

    @property
    def owner(self) -> Owner:
        return Owner(self.organization_id, self.person_id)
