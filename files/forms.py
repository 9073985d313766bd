"""Shapes of what is uploaded."""

from __future__ import annotations

from django import forms


class LogoForm(forms.Form):
    """A picture; what it may be is `files.limits`'s to say."""

    logo = forms.FileField(
        label="Picture",
        allow_empty_file=True,  # refused with the other wrong contents
        max_length=None,
        help_text="PNG, JPEG or WebP of at most 2 MB. It is shown in the navigation and in your e-mails, at most 512 × 512 pixels large.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"required": "Choose a picture first."},
    )
