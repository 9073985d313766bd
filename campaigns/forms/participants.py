"""The forms about those who take part in a campaign, and their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import F

from campaigns.enums import CampaignState, ParticipantState
from campaigns.forms.fields import DAY, AmountField, PlausibleDateField
from campaigns.models import Campaign, Participant
from campaigns.policies.participants import PARTICIPANT_MOVES
from campaigns.queries.of_influencer import campaigns_to_join
from campaigns.services.participants import Change
from crm.models import Influencer, SocialAccount
from ui.editing import VERSION, EditForm, seen_in, text_of, version_of

TERMS = ("state", "fee", "due_on")
DIFFERENT = "Different: "
EMPTY = ("", None)


class AccountsField(forms.ModelMultipleChoiceField):
    default_error_messages = {
        "required": "Choose at least one account.",
        "invalid_choice": "One of the chosen accounts is no longer there. Choose again.",
        "invalid_pk_value": "One of the chosen accounts is no longer there. Choose again.",
    }


class ParticipantsForm(forms.Form):
    accounts = AccountsField(queryset=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accounts"].queryset = SocialAccount.objects.all()  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """One account of an influencer takes part in a campaign: the one with most followers, unless another is chosen."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        error_messages={"invalid_choice": "This campaign is no longer there. Choose again."},
    )
    account = forms.ModelChoiceField(
        SocialAccount.objects.none(),
        error_messages={"invalid_choice": "This account is no longer there. Choose again."},
    )

    def __init__(self, *args: Any, influencer: Influencer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        followers = F("creator__follower_count").desc(nulls_last=True)
        accounts = SocialAccount.objects.filter(influencer=influencer).order_by(followers, "pk")
        self.accounts = list(accounts)
        account, campaign = self.fields["account"], self.fields["campaign"]
        account.queryset, account.empty_label = accounts, None  # type: ignore[attr-defined]
        if len(self.accounts) == 1:
            account.initial, account.widget = self.accounts[0].pk, forms.HiddenInput()
        campaign.queryset = Campaign.objects.exclude(state=CampaignState.ARCHIVED)  # type: ignore[attr-defined]
        campaign.choices = [("", "Choose a campaign"), *campaigns_to_join()]  # type: ignore[attr-defined]


class Differing(str):
    """The values of a column in which participants differ, as a text: their field is empty, and left empty it changes none."""

    __slots__ = ()


class ParticipantForm(EditForm, forms.Form):
    """The terms of some participants: what is left empty stays as it is, where they differ."""

    state = forms.ChoiceField(required=False)
    fee = AmountField("Fee")
    due_on = PlausibleDateField(label="Due on", widget=DAY, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        participants: Sequence[Participant],
        currency: str,
    ) -> None:
        self.rows = participants
        super().__init__(data, initial={name: self._stored_value(name) for name in TERMS})
        self._seen = seen_in(self.data.get(VERSION, ""))
        self._left: dict[str, str] = {}
        states = {row.state for row in participants}
        allowed = set.union(*({state, *PARTICIPANT_MOVES[state]} for state in states))
        sent = self.data.get("state", "")
        # Once somebody else has moved them, what was sent may lead nowhere: the service says so.
        allowed.add(sent)
        is_open = len(states) > 1 or (self.is_bound and not sent)
        blank = [("", "As it is")] if is_open else []
        self.fields["state"].choices = blank + [  # type: ignore[attr-defined]
            choice for choice in ParticipantState.choices if choice[0] in allowed
        ]
        if currency:
            self.fields["fee"].label = f"Fee ({currency})"
        else:
            self.fields["fee"].disabled = True
            self.fields["fee"].help_text = "Enter the campaign's currency in its settings first."

    def _stored_value(self, name: str) -> Any:
        """The value that all of them have, or those in which they differ, by participant."""
        values = [getattr(row, name) for row in self.rows]
        if len(set(values)) == 1:
            return values[0]
        return Differing(DIFFERENT + ", ".join(text_of(each) or "—" for each in values))

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Nothing where they differ."""
        value = super().get_initial_for_field(field, field_name)
        return None if isinstance(value, Differing) else value

    @property
    def version(self) -> str:
        """Made of what is stored, but of what was left as it is, as it was."""
        return version_of({**self._stored(), **self._left})

    def clean(self) -> dict[str, Any]:
        """Leave alone what was left empty by somebody who saw that they differ, however they differ now."""
        for name, stored in self.initial.items():
            saw = self._seen.get(name, text_of(stored))
            if self.cleaned_data.get(name, name) in EMPTY and saw.startswith(DIFFERENT):
                self.cleaned_data[name], self._left[name] = stored, saw
        return super().clean()

    @property
    def change(self) -> Change:
        """The entered change. A value that all of them had, and that is empty now, is cleared."""
        given = {
            name: value for name, value in self.cleaned_data.items() if value != self.initial[name]
        }
        return Change(
            state=ParticipantState(given["state"]) if given.get("state") else None,
            fee=given.get("fee"),
            due_on=given.get("due_on"),
            clears=frozenset(name for name in ("fee", "due_on") if given.get(name, "") is None),
        )
