"""The values of influencers in the fields of an import: loaded, compared and written."""

from crm.services.imports.states.details import custom_fields
from crm.services.imports.states.dispatch import COLUMNS, column_value, is_set, load, save
from crm.services.imports.states.references import References, references, refers
from crm.services.imports.states.sets import names_as_kept

__all__ = [
    "COLUMNS", "References", "column_value", "custom_fields", "is_set", "load", "names_as_kept", "references", "refers", "save",
]  # fmt: skip
