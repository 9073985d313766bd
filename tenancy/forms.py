"""Shapes of what people enter: about their organization, and to sign in.

The sign-in's forms that send mail count it: so many to an account from one address, and from everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.webauthn.forms import LoginWebAuthnForm
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import slugify

from tenancy.addresses import one_spelling
from tenancy.enums import Role, Scope, Verb
from tenancy.models import Group, Organization, User
from tenancy.queries import EventFilter, organization_that_requires_sign_on
from ui.editing import EditForm
from ui.names import NameField


class OrganizationForm(EditForm, forms.Form):
    """The form of the organization's name."""

    name = NameField(
        label="Name",
        max_length=Organization._meta.get_field("name").max_length,
        help_text="Creators read it in invitations and on the pages you share with them.",
        error_messages={"required": "Enter the name of the organization."},
    )


def groups_field() -> forms.ModelMultipleChoiceField:
    """The groups of the organization in scope."""
    return forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )


class MemberForm(forms.Form):
    """Role and groups of a member; without the owner's role where it may not be given."""

    role = forms.ChoiceField(choices=Role.choices)
    is_limited = forms.BooleanField(
        label="Sees the creators of these groups only",
        required=False,
        help_text="For managers and viewers. Owners and admins see all creators.",
    )

    def __init__(self, *args: Any, gives_owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(r.value, r.label) for r in Role if gives_owner or r != Role.OWNER]
        self.fields["groups"] = groups_field()


class MemberEditForm(EditForm, MemberForm):
    """Role and groups of somebody who is a member."""


class InviteForm(MemberForm):
    """The form of an invitation."""

    email = forms.EmailField(
        label="E-mail address", error_messages={"required": "Enter an e-mail address."}
    )
    field_order = ("email", "role", "is_limited", "groups")

    def clean_email(self) -> str:
        """The address in its one spelling."""
        return one_spelling(self.cleaned_data["email"])


class NewGroupForm(forms.Form):
    """The form of a new group."""

    name = NameField(max_length=120, error_messages={"required": "Enter a name."})
    key = forms.SlugField(
        max_length=60,
        required=False,
        help_text="Names the group in addresses and imports. Made of the name when left empty; it stays.",
    )

    def clean(self) -> dict[str, Any]:
        """A key of the name where none was given."""
        key = self.cleaned_data.get("key") or slugify(self.cleaned_data.get("name", ""))[:60]
        if not key and not self.errors:
            self.add_error("key", "Enter a key: letters without accents, digits and hyphens.")
        return {**self.cleaned_data, "key": key}


class GroupForm(EditForm, forms.Form):
    """The form of a group's name, and of the words that applications to it begin with."""

    name = NameField(max_length=120, error_messages={"required": "Enter a name."})
    application_text = forms.CharField(
        label="Default text of applications",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Creators read it on top of an application to this group.",
    )


class GroupMembersForm(EditForm, forms.Form):
    """The form of the people who work with a group."""

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"] = forms.ModelMultipleChoiceField(
            people,
            label="Members of the group",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


class GroupDeletionForm(forms.Form):
    """The form of a deletion: another group for the creators, or none."""

    def __init__(self, *args: Any, others: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move_to"] = forms.ModelChoiceField(
            others, label="Move its creators to", required=False, empty_label="No group"
        )


class ApiKeyForm(forms.Form):
    """The form of a new API key."""

    name = NameField(
        max_length=80,
        help_text="Where it is used: your shop, a report, a script.",
        error_messages={"required": "Enter a name."},
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Write is needed for everything that changes something, See money for the rates of creators.",
        error_messages={"required": "Choose at least one scope."},
    )
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (365, "1 year"), (0, "Until it is revoked")],
    )

    def expires_at(self) -> datetime | None:
        """The moment from which the key is refused; None for one without an end."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None


class SignOnForm(forms.Form):
    """The address whose domain says where its person signs in."""

    email = forms.EmailField(
        label="E-mail", error_messages={"required": "Enter your e-mail address."}
    )


def _verb_groups() -> list[tuple[str, str]]:
    """The subjects of events: the part of a verb before its dot, with a label."""
    names = sorted({verb.value.partition(".")[0] for verb in Verb})
    return [(name, name.replace("_", " ").capitalize().replace("Api", "API")) for name in names]


class EventFilterForm(forms.Form):
    """The filter of the audit log, as it stands in the address. What cannot be read filters nothing."""

    subject = forms.ChoiceField(
        label="About", required=False, choices=[("", "Everything"), *_verb_groups()]
    )
    actor = forms.IntegerField(label="Who", required=False, min_value=1, max_value=2**63 - 1)
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    object = forms.RegexField(
        r"^[a-z_]{1,30}\.[a-z_]{1,29}:[0-9]{1,18}$", required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict, *, people: QuerySet[User]) -> None:
        super().__init__(data)
        choices = [("", "Everybody"), *((str(person.pk), str(person)) for person in people)]
        given = data.get("actor", "")
        if given not in dict(choices):  # by the link at a name in the log
            choices.append((given, "A former member"))
        self.fields["actor"].widget = forms.Select(choices=choices)

    def found(self) -> EventFilter:
        """The filter that the valid fields make."""
        self.is_valid()
        given = self.cleaned_data
        object_type, _, object_id = (given.get("object") or "").partition(":")
        return EventFilter(
            subject=given.get("subject") or "",
            actor_id=given.get("actor"),
            object_type=object_type,
            object_id=int(object_id or 0),
            since=given.get("since"),
            until=given.get("until"),
        )


class JoinForm(forms.Form):
    """The name under which colleagues know a new person."""

    name = NameField(
        label="Your name", max_length=120, error_messages={"required": "Enter your name."}
    )
    go_on = forms.CharField(
        widget=forms.HiddenInput, initial="1"
    )  # a form without fields is never sent

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["name"]


def _count_mail(email: str) -> None:
    """Raises ValidationError once a limit is reached, whether the account exists or not."""
    request, account = context.request, one_spelling(email)
    is_within = ratelimit.consume(
        request, action="mail_from_address", key=f"{account}:{get_ip(request)}"
    ) and ratelimit.consume(request, action="mail_to_account", key=account)
    if not is_within:
        raise get_adapter().validation_error("too_many_login_attempts")


class LoginCodeForm(allauth_forms.RequestLoginCodeForm):
    _user: Any

    def clean_email(self) -> str:
        """The address in its one spelling: allauth's form is the only one that does not ask the adapter for it."""
        self.cleaned_data["email"] = one_spelling(self.cleaned_data["email"])
        email: str = super().clean_email()
        _count_mail(email)
        if self._user and organization_that_requires_sign_on(self._user):
            self._user = None  # answered as an unknown address is: nothing is sent
        return email


class ResetForm(allauth_forms.ResetPasswordForm):
    users: Any

    def clean_email(self) -> str:
        email: str = super().clean_email()
        _count_mail(email)
        self.users = [user for user in self.users if not organization_that_requires_sign_on(user)]
        return email


@contextmanager
def only_of_devices() -> Iterator[None]:
    """Refuse what no device has made: allauth checks an answer's signature, and stumbles over one without the parts of one."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise get_mfa_adapter().validation_error("incorrect_code") from error


class PasskeyLoginForm(LoginWebAuthnForm):
    """A sign-in by passkey, of which anybody may send anything."""

    def clean_credential(self) -> Any:
        with only_of_devices():
            return super().clean_credential()
