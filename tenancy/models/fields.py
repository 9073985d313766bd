"""Kinds of columns that more than one app needs."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenancy.addresses import one_spelling


class AddressField(models.EmailField):
    """An e-mail address, stored and looked up in its one spelling. To the database it is Django's EmailField."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        return one_spelling(value) if isinstance(value, str) else super().get_prep_value(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.get_prep_value(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value
