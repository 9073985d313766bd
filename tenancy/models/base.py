"""The base of every row of an organization's or a person's data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import sql
from django.db.models.base import ModelState

from tenancy.scope import (
    NOBODY,
    ForeignOrganization,
    Owner,
    ScopeLeft,
    ScopeMissing,
    current_groups,
    current_organization_id,
    current_owner,
    current_person_id,
)

ModelT = TypeVar("ModelT", bound=models.Model)


class ScopedQuery(sql.Query):
    """A query that becomes SQL in the scope it was made in only; one made outside any scope never does.

    Elsewhere the database would answer it with nothing, which reads as "there is nothing". `.none()` stays usable.
    """

    def __init__(self, model: type[models.Model] | None, owner: Owner | None = None) -> None:
        super().__init__(model)
        # Django itself makes the inner query of an `exclude` over many rows, and knows no owner.
        self.owner = current_owner() if owner is None else owner

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse_elsewhere()
        return super().get_compiler(*args, **kwargs)

    def chain(self, klass: Any = None) -> Any:
        if klass is not None:  # an update or a delete in the making
            self._refuse_elsewhere()
        return super().chain(klass)

    def _refuse_elsewhere(self) -> None:
        if self.is_empty() or (self.owner != NOBODY and self.owner == current_owner()):
            return
        name = self.model._meta.label if self.model else "?"
        if self.owner == NOBODY:
            raise ScopeMissing(f"{name}: no organization is in scope")
        raise ScopeLeft(f"{name}: this query was made in another scope than the one it is asked in")


class ScopedManager(models.Manager[ModelT]):
    """Hands out one owner's rows; nobody's are a queryset that refuses to run."""

    def rows_of(self, owner: Owner) -> models.QuerySet[ModelT]:
        rows = super().get_queryset()
        rows.query = ScopedQuery(self.model, owner)
        return rows.filter(
            **{name: key for name, key in owner._asdict().items() if key is not None}
        )


class OrganizationManager(ScopedManager[ModelT]):
    """Hands out the rows of the organization in scope, of the groups in scope; without a scope, a queryset that refuses to run."""

    def get_queryset(self) -> models.QuerySet[ModelT]:
        rows = self.rows_of(Owner(organization_id=current_organization_id()))
        groups, path = current_groups(), getattr(self.model, "group_path", "")
        return rows if groups is None or not path else rows.filter(**{f"{path}__in": groups})


class OrganizationModel(models.Model):
    """A row that belongs to exactly one organization: the one in scope when it is made."""

    # The columns that the run-time role may change once a row is written; it may then delete none. None: all, and delete.
    changeable: ClassVar[frozenset[str] | None] = None
    # How a row finds the group of the influencer it is about, for members who see some groups only; empty: about nobody.
    group_path: ClassVar[str] = ""

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

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of a later Django
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """The row as the database has it, made as Django makes it, but without signals: in a third of the time, hundreds on a page."""
        new = cls.__new__(cls)
        new._state = state = ModelState()
        state.adding = False
        state.db = db
        new.__dict__.update(zip(field_names, values, strict=True))
        return new


class OwnedManager(ScopedManager[ModelT]):
    """Hands out the rows of the organization or the person in scope; without a scope, a queryset that refuses to run."""

    def get_queryset(self) -> models.QuerySet[ModelT]:
        return self.rows_of(current_owner())


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
