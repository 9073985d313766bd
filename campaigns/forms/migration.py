"""Forms of the move off the old source."""

from __future__ import annotations

from typing import Any

from django import forms

from ui.editing import EditForm


class RulesForm(EditForm, forms.Form):
    """The rules of an organization's own for its cut-over and purge."""

    HOURS = ((0, "Not at all"), (24, "24 hours"), (72, "3 days"), (168, "7 days"))

    needs_approval = forms.BooleanField(
        label="A second owner, or operations, approves the cut-over",
        required=False,
        help_text="Only operations can turn this off again.",
    )
    purge_wait_hours = forms.TypedChoiceField(
        label="The purge waits after the cut-over", choices=HOURS, coerce=int
    )


class SlugForm(forms.Form):
    """The organization's short name, typed: whoever types it means this organization."""

    typed = forms.CharField(
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        )
    )

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug
        self.fields["typed"].label = f"Type {slug} to confirm"

    def clean_typed(self) -> str:
        """Compare it letter by letter."""
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self.slug:
            raise forms.ValidationError(f"This is not “{self.slug}”. Nothing was changed.")
        return typed
