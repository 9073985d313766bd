"""Shapes of what a person sends on their own pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.policies.publications import LONGEST_CAPTION, utf16_units
from files.enums import FileKind
from files.limits import LIMITS, MEGABYTE


class FilmForm(forms.Form):
    """A film to be published, and its caption. The file is last: what is typed has come before it."""

    caption = forms.CharField(
        required=False, label=_("Caption"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    file = forms.FileField(
        allow_empty_file=True,  # refused with the other wrong contents
        label=_("Video"),
        error_messages={"required": _("Choose the video first.")},
        widget=forms.FileInput(
            attrs={
                "accept": ",".join((*LIMITS[FileKind.PUBLICATION].endings, ".mov")),
                "data-most": LIMITS[FileKind.PUBLICATION].size,
            }
        ),
    )

    def clean_caption(self) -> str:
        caption = str(self.cleaned_data["caption"]).strip()
        if utf16_units(caption) > LONGEST_CAPTION:
            text = _("TikTok takes captions of at most %(most)s characters. Shorten it.")
            raise forms.ValidationError(text % {"most": LONGEST_CAPTION})
        return caption

    def refuse_file(self) -> None:
        """Say what films are taken. What was typed stays."""
        most = LIMITS[FileKind.PUBLICATION].size // MEGABYTE
        text = _("This file was not taken. A video (MP4, MOV, WebM) of at most %(most)s MB can be published. What you have typed is kept; choose another file.")  # fmt: skip
        self.errors.pop("file", None)
        self.add_error("file", text % {"most": most})

    def say_busy(self) -> None:
        """Say that enough other files are on their way in."""
        text = _("Too many files are being sent at the moment. What you have typed is kept. Choose the file again in a minute, and send it.")  # fmt: skip
        self.errors.pop("file", None)
        self.add_error("file", text)

    def say_no_room(self) -> None:
        """Say that the file was not kept, though nothing is wrong with it."""
        text = _("This file could not be kept at the moment. What you have typed is kept; send it again later.")  # fmt: skip
        self.errors.pop("file", None)
        self.add_error("file", text)
