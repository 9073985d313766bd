"""The forms about posts of other networks than TikTok."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone

from campaigns.models import OTHER_NETWORKS, POST_NUMBERS, Campaign
from campaigns.queries.post_layouts import COUNTS
from campaigns.services.networks.posts import PostFacts
from crm.errors import PostNotReadable
from crm.forms import ImportForm
from crm.models import SocialAccount
from crm.policies.post_addresses import post_address
from ui.editing import EditForm, text_of
from ui.numbers import NotACount, read_count

MOMENT = {"type": "datetime-local", "step": 60}


class CountField(forms.CharField):
    """A number of a post as people write it: `12,400` or `541.2K`; None where it is empty."""

    def __init__(self, label: str) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            label=label, required=False, max_length=40, widget=forms.TextInput(attrs=attrs)
        )

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_count(text, {"."})
        except NotACount as refused:
            raise forms.ValidationError(f"“{text}” {refused}.") from refused


class MomentField(forms.DateTimeField):
    """A moment in UTC, not in the future."""

    def __init__(self, label: str, *, help_text: str = "In UTC.") -> None:
        widget = forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M")
        super().__init__(label=label, required=False, help_text=help_text, widget=widget)

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment and not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= timezone.now():
            raise forms.ValidationError("Enter a moment that is past, from the year 2000 on.")
        return moment


class PostFactsForm(forms.Form):
    """Caption, time and numbers of a post; all may be empty."""

    caption = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    published_at = MomentField("Published at")
    counted_at = MomentField("Numbers as of", help_text="In UTC. Left empty: now.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in COUNTS.items():
            self.fields[name] = CountField(label)

    @property
    def count_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in COUNTS]

    @property
    def facts(self) -> PostFacts:
        given = self.cleaned_data
        return PostFacts(
            caption=given["caption"],
            published_at=given["published_at"],
            counts={name: given[name] for name in POST_NUMBERS},
            counted_at=given["counted_at"],
        )


class PostFactsEditForm(EditForm, PostFactsForm):
    """Caption, time and numbers of a post that stands there; `initial` is what is stored."""

    def clean_published_at(self) -> datetime | None:
        """The stored moment to the second, where the form's minute is still its own."""
        given: datetime | None = self.cleaned_data["published_at"]
        stored: datetime | None = self.initial["published_at"]
        return stored if text_of(given) == text_of(stored) else given


class NetworkPostForm(PostFactsForm):
    """A post by its address, and whose it is where that does not say so."""

    url = forms.CharField(
        label="Address of the post",
        max_length=2_000,
        help_text="Of a post on Instagram, YouTube, X, Facebook or Twitch, as its app or page copies it.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    account = forms.ModelChoiceField(
        SocialAccount.objects.none(),
        required=False,
        empty_label="As the address says",
        error_messages={"invalid_choice": "This account is no longer there. Choose again."},
    )
    field_order = ("url", "account")

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = SocialAccount.objects.filter(
            participations__campaign=campaign, network__in=OTHER_NETWORKS
        ).order_by("network", "handle")
        field: Any = self.fields["account"]
        field.queryset = accounts
        field.label_from_instance = lambda each: f"{each.get_network_display()} · {each}"

    def clean_url(self) -> str:
        """The address as it is written; what is no address of a post is refused at once, TikTok's with what to do."""
        text: str = self.cleaned_data["url"]
        try:
            post_address(text)
        except PostNotReadable as refused:
            raise forms.ValidationError(str(refused)) from refused
        return text


class PostsImportForm(ImportForm):
    """A file of posts, and whether all of them are the campaign's."""

    way = forms.ChoiceField(
        label="The file holds",
        choices=[
            ("list", "posts of this campaign"),
            ("finds", "everything that the accounts published: look for the keywords in it"),
        ],
        initial="list",
        widget=forms.RadioSelect,
    )
