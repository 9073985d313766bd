"""The choice of a time zone, wherever one is asked for."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.boundfield import BoundField

UTC = "UTC"
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
Choices = list[tuple[str, Any]]


class TimeZoneField(forms.ChoiceField):
    """A zone of the IANA database by its region and place, UTC, or the one that is kept already.

    `is_own`: of whoever fills in the form. As long as they have chosen none, their browser proposes its own
    (`static/js/ui.js`); without a browser it is UTC.
    """

    def __init__(self, *, is_own: bool = False, **how: Any) -> None:
        super().__init__(**how)
        self.is_own = is_own

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """The field of this form, with its choices."""
        kept = str(form.get_initial_for_field(self, field_name) or "")
        self.choices = [(UTC, UTC) if self.is_own else ("", "—"), *_zones(kept)]
        if self.is_own and not form.is_bound and not kept:
            self.widget.attrs["data-own-zone"] = True
        return super().get_bound_field(form, field_name)


def _zones(kept: str) -> Choices:
    """The zones in groups by region; a kept one that is in none stands before them."""
    by_region: dict[str, Choices] = {region: [] for region in REGIONS}
    for zone in sorted(available_timezones()):
        region, _, place = zone.partition("/")
        if region in by_region:
            by_region[region].append((zone, place.replace("_", " ").replace("/", ", ")))
    listed = {zone for zones in by_region.values() for zone, _ in zones} | {UTC, ""}
    return [*([(kept, kept)] if kept not in listed else []), *by_region.items()]
