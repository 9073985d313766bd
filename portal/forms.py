"""Shapes of what a person sends on their own pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.policies.publications import LONGEST_CAPTION, utf16_units
from files.enums import FileKind
from files.forms import LargeFileForm, large_file_input


class FilmForm(LargeFileForm):
    """A film to be published, and its caption."""

    file_kind = FileKind.PUBLICATION
    refusal = _("This file was not taken. A video (MP4, MOV, WebM) of at most %(most)s MB can be published. What you have typed is kept; choose another file.")  # fmt: skip

    caption = forms.CharField(
        required=False, label=_("Caption"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    file = forms.FileField(
        allow_empty_file=True,  # refused with the other wrong contents
        label=_("Video"),
        error_messages={"required": _("Choose the video first.")},
        widget=large_file_input(FileKind.PUBLICATION),
    )

    def clean_caption(self) -> str:
        caption = str(self.cleaned_data["caption"]).strip()
        if utf16_units(caption) > LONGEST_CAPTION:
            text = _("TikTok takes captions of at most %(most)s characters. Shorten it.")
            raise forms.ValidationError(text % {"most": LONGEST_CAPTION})
        return caption
