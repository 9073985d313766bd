"""The form of a member's own notifications."""

from __future__ import annotations

from typing import Any

from django import forms

from alerts.enums import AlertKind, Delivery
from alerts.models import Preferences
from ui.zones import TimeZoneField

PREFIX = "kind-"


class NotificationsForm(forms.Form):
    """The way in which the member is told of each kind of news: fields `kind-<kind>`."""

    of_everybody = forms.TypedChoiceField(
        label="Tell me of",
        choices=[
            ("0", "My own campaigns, orders and creators"),
            ("1", "Those of everybody"),
        ],
        coerce=lambda text: text == "1",
        help_text="Yours are campaigns that you sell, orders that you sent, and creators that you own. What is nobody's, everybody hears of.",
    )
    is_mailed = forms.BooleanField(label="Send me e-mail", required=False)
    time_zone = TimeZoneField(
        label="Time zone",
        is_own=True,
        help_text="The daily e-mail leaves at 8:00, if there is news.",
    )

    def __init__(self, *args: Any, preferences: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(
            of_everybody=str(int(preferences.of_everybody)),
            is_mailed=preferences.is_mailed,
            time_zone=preferences.time_zone if preferences.pk else "",
        )
        all_ways = Preferences(deliveries=preferences.deliveries).wishes
        for kind in AlertKind:
            name = f"{PREFIX}{kind}"
            self.fields[name] = forms.ChoiceField(label=kind.label, choices=Delivery.choices)
            self.initial[name] = all_ways.delivery(kind)

    @property
    def kinds(self) -> list[forms.BoundField]:
        """The fields of the kinds."""
        return [self[f"{PREFIX}{kind}"] for kind in AlertKind]

    @property
    def given(self) -> dict[str, Any]:
        """The values as `save_preferences` takes them."""
        rest = {
            name: self.cleaned_data[name] for name in ("of_everybody", "is_mailed", "time_zone")
        }
        ways = {kind.value: self.cleaned_data[f"{PREFIX}{kind}"] for kind in AlertKind}
        return {"deliveries": ways, **rest}
