"""Shapes of what creators type on the page of their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import Order
from files.enums import FileKind
from files.forms import LargeFileForm, large_file_input

VIDEO = re.compile(
    r"^(?:https?://)?(?:www\.|m\.)?tiktok\.com/@(?P<handle>[\w.]+)/video/(?P<id>[0-9]{5,30})"
)
SHORT = re.compile(r"^(?:https?://)?(?P<rest>(?:v[mt]\.tiktok\.com/|(?:www\.)?tiktok\.com/t/)\w+)")
PROFILE = re.compile(r"^(?:https?://)?(?:www\.|m\.)?tiktok\.com/@[\w.]+/?(?:\?|$)")
FURTHEST = timedelta(days=366)


class TextForm(forms.Form):
    """A question: it needs words."""

    text = forms.CharField(
        max_length=500, label=_("Your question"), widget=forms.Textarea(attrs={"rows": 4})
    )


class ReasonForm(forms.Form):
    """A refusal: a reason may be given."""

    text = forms.CharField(
        max_length=500,
        required=False,
        label=_("Why (you need not say)"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DateForm(forms.Form):
    """A new date, and why."""

    wished_on = forms.DateField(
        label=_("When can you publish?"), widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(
        max_length=500,
        required=False,
        label=_("Why (you need not say)"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_wished_on(self) -> date:
        wished, today = self.cleaned_data["wished_on"], timezone.now().date()
        if not today <= wished <= today + FURTHEST:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return wished


class EmptyForm(forms.Form):
    """Nothing is typed."""


@dataclass(frozen=True)
class NamedVideo:
    """A video by its address; `video_id` is empty where the address does not tell it."""

    url: str
    video_id: str = ""


class LinkForm(forms.Form):
    """The link of a video, in the forms that TikTok gives out."""

    link = forms.CharField(
        max_length=300,
        label=_("Link of the video"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def __init__(self, order: Order, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.handle = order.account.handle

    def clean_link(self) -> NamedVideo:
        link = self.cleaned_data["link"].strip()
        if found := VIDEO.match(link):
            if found["handle"].lower() != self.handle.lower():
                raise forms.ValidationError(_("This video is of another account."))
            url = f"https://www.tiktok.com/@{self.handle}/video/{found['id']}"
            return NamedVideo(url, found["id"])
        if found := SHORT.match(link):
            return NamedVideo(f"https://{found['rest']}")
        if PROFILE.match(link):
            raise forms.ValidationError(
                _("This is the link of a profile. Open the video, tap “Share”, then “Copy link”.")
            )
        raise forms.ValidationError(
            _("This is no link of a TikTok video. Open the video, tap “Share”, then “Copy link”.")
        )


class DraftForm(LargeFileForm):
    """A draft of a video: a link, a text, a file, or several of these."""

    file_kind = FileKind.DRAFT
    refusal = _(
        "This file was not taken. A video (MP4, MOV, WebM), a picture (PNG, JPEG, WebP) or a PDF of at most %(most)s MB can "
        "be sent. What you have typed is kept; choose another file."
    )
    link = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label=_("Link, if it is somewhere else"),
        error_messages={"invalid": _("This is no link. It begins with https://.")},
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    text = forms.CharField(
        required=False,
        max_length=5_000,
        label=_("Text, such as caption or script"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # refused with the other wrong contents
        label=_("Video, picture or PDF"),
        widget=large_file_input(FileKind.DRAFT),
    )

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(_("This is no link. It begins with https://."))
        return link
