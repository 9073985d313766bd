"""My data: who read it, a copy of it, and how to erase it."""

from __future__ import annotations

from django import forms
from django.contrib.auth import logout
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.queries.receipts import receipt_path
from crm.services.erasure.people import ask_erasure
from crm.services.erasure.persons import may_stay
from files.views import as_download
from portal.access import in_each_organization
from portal.access_log import access_page
from portal.copying.job import copy_file as find_copy
from portal.copying.job import latest_copy, start_copy
from portal.own_orders import own_work, work_in
from tenancy.access import portal_page
from tenancy.models import User
from tenancy.scope import person_scope
from tenancy.viewing import viewable
from tiktok.models import Connection
from ui.languages import in_own_language, own_language
from ui.live import Live


class EraseForm(forms.Form):
    """The confirmation that everything is to be erased: the own address, typed."""

    has_copy = forms.BooleanField(
        label=gettext_lazy("I have a copy of my data, or need none"),
        error_messages={"required": gettext_lazy("Say that you have a copy or need none.")},
    )
    email = forms.CharField(
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: object, person: User) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # what Django's own forms take
        self.person = person
        self.fields["email"].label = _("Type %(email)s to confirm") % {"email": person.email}

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"])
        if typed.strip().lower() != self.person.email.lower():
            raise forms.ValidationError(_("This is not your address. Nothing was erased."))
        return typed


@require_GET
@never_cache
@in_own_language
@portal_page
@viewable
def my_data(request: HttpRequest) -> HttpResponse:
    """Show who read my data, a copy of it, and the way to erase it."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    page = access_page(request.user, request.GET.get("before", ""))
    return render(request, "portal/data/data.html", {"page": page})


@require_http_methods(["GET", "POST"])
@never_cache
@in_own_language
@portal_page
def copy(request: HttpRequest) -> HttpResponse:
    """A copy of everything: have it made, see how far it is, download it."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 -- portal_page saw to it
    with person_scope(person):
        if request.method == "POST":
            start_copy(person, language=own_language(request))
            return redirect("portal:copy")
        latest = latest_copy()
    job = latest.job if latest else None
    live = Live.of(job and (job.pk, job.state), is_under_way=bool(job and not job.is_finished))
    context = {"copy": latest, "live": live}
    return live.answer(request) or render(request, "portal/data/copy.html", context)


@require_GET
@portal_page
def copy_file(request: HttpRequest, job_pk: int) -> FileResponse:
    """The ZIP, for the person alone and while it is kept."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    with person_scope(request.user):
        file = find_copy(job_pk)
        if file is None:
            raise Http404
        return as_download(file)


@require_http_methods(["GET", "POST"])
@never_cache
@in_own_language
@portal_page
def erase(request: HttpRequest) -> HttpResponse:
    """Erase everything about me, once my address is typed; then I am signed out."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 -- portal_page saw to it
    form = EraseForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        receipt = ask_erasure(person, language=own_language(request))
        logout(request)
        return redirect(receipt_path(receipt))
    work = own_work(in_each_organization(person, work_in))
    context = {
        "form": form,
        "open_orders": [*work.to_do, *work.in_review],
        "connections": Connection.objects.filter(person=person).exclude(handle=""),
        "stays_member": may_stay(person),
    }
    return render(request, "portal/data/erase.html", context, status=422 if form.errors else 200)
