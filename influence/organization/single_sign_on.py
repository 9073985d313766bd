"""Single sign-on: the organization's provider, its domains, and who comes in by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from influence.organization.frame import address, form_answer
from influence.single_sign_on import saml
from influence.single_sign_on.bounds import a_place
from influence.single_sign_on.domain_codes import send_domain_code
from influence.single_sign_on.forms import DomainForm, ProviderForm, SamlForm, SignOnRulesForm
from influence.single_sign_on.protocol import callback_url
from influence.single_sign_on.saml.addresses import entity_id, reply_url
from influence.single_sign_on.saml.metadata import shown
from influence.single_sign_on.secrets import sealed
from influence.single_sign_on.views import leads_away, refusal, set_out
from mail.errors import MailProblem
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Role, SignOnProtocol
from tenancy.errors import DomainCodesTooMany, SignOnNotReady, SignOnRefused
from tenancy.models import SignOnDomain, SingleSignOn
from tenancy.queries import sign_on_domains, sign_on_provider
from tenancy.services import single_sign_on as service
from tenancy.services.sign_on_domains import prove_domain, remove_domain
from ui.editing import editing
from ui.redirects import go_to

PAGE = "single_sign_on:page"
manages = staff_page(Permission.MANAGE_ORGANIZATION)


@leads_away
@manages
@require_safe
def page(request: OrganizationRequest) -> HttpResponse:
    """The whole of single sign-on, in the order in which it is set up."""
    return _page(request)


@manages
@require_POST
def save_provider(request: OrganizationRequest) -> HttpResponse:
    """Enter the provider, or correct it."""
    existing = sign_on_provider()
    form = ProviderForm(request.POST, provider=existing)
    if not form.is_valid():
        return _page(request, provider_form=form, status=422)
    provider = existing or SingleSignOn()
    given = form.cleaned_data
    entered = {
        "protocol": SignOnProtocol.OPENID,
        "issuer": given["issuer"],
        "client_id": given["client_id"],
        "sealed_secret": sealed(provider, given["secret"]) or provider.sealed_secret,
    }
    service.set_provider(provider, entered, actor=request.user)
    messages.success(request, "Provider saved. Test it next.")
    return _back(request)


@manages
@require_POST
def save_saml(request: OrganizationRequest) -> HttpResponse:
    """Enter the provider by its SAML metadata, or correct it."""
    if not saml.is_offered():
        raise Http404
    form = SamlForm(request.POST)
    try:
        with a_place(request.organization):
            is_valid = form.is_valid()
    except SignOnRefused as refused:
        return refusal(request, request.organization, refused.fault)
    if not is_valid:
        return _page(request, saml_form=form, protocol=SignOnProtocol.SAML, status=422)
    entered = {
        "protocol": SignOnProtocol.SAML,
        "issuer": form.described.entity_id,
        "sign_in_url": form.described.sign_in_url,
        "certificates": "\n".join(form.described.certificates),
    }
    service.set_provider(sign_on_provider() or SingleSignOn(), entered, actor=request.user)
    messages.success(request, "Provider saved. Test it next.")
    return _back(request)


@manages
@require_POST
def test_provider(request: OrganizationRequest) -> HttpResponse:
    """Go to the provider and come back, as everybody will; nobody is signed in by it."""
    _provider(request)
    return set_out(request, request.organization, email=request.user.email, is_test=True)


@manages
@require_POST
def switch(request: OrganizationRequest) -> HttpResponse:
    """Turn single sign-on on or off."""
    provider = _provider(request)
    if request.POST.get("on") != "yes":
        return _try(
            request,
            lambda: service.turn_off(provider, actor=request.user),
            "Single sign-on is off. People sign in with a code or a password.",
        )
    return _try(
        request,
        lambda: service.turn_on(provider, seen=request.POST.get("seen", ""), by=request.membership),
        "Single sign-on is on: addresses at your domains lead to your provider.",
    )


@manages
@require_POST
def require(request: OrganizationRequest) -> HttpResponse:
    """Require single sign-on of the members at the organization's domains, or no longer."""
    is_required = request.POST.get("require") == "yes"
    now = "is required from the next click on" if is_required else "is no longer required"
    return _try(
        request,
        lambda: service.require_sign_on(request.organization, is_required, actor=request.user),
        f"Single sign-on {now}.",
    )


@manages
@require_POST
def save_rules(request: OrganizationRequest) -> HttpResponse:
    """Save who comes in for the first time."""
    with editing(request, request.organization):  # as the service does: the provider after it
        provider = _provider(request)
        form = _rules_form(provider, request.POST)
        if form.is_valid():
            return _try(
                request,
                lambda: service.set_rules(provider, **form.cleaned_data, by=request.membership),
                "Rules saved. They hold from now on.",
            )
    return _page(request, rules_form=form, status=422)


def _rules_form(provider: SingleSignOn | None, data: Any = None) -> SignOnRulesForm:
    stored = provider or SingleSignOn()
    initial = {name: getattr(stored, name) for name in SignOnRulesForm.base_fields}
    return SignOnRulesForm(data, initial=initial)


@manages
def remove(request: OrganizationRequest) -> HttpResponse:
    """Forget the provider; a GET asks first."""
    provider = sign_on_provider()
    if provider is None:  # somebody else was quicker
        return go_to(request, address(request, PAGE))
    if request.method != "POST":
        title, back = "Remove the provider?", address(request, PAGE)
        return form_answer(request, "single_sign_on/remove", title=title, back=back)
    return _try(
        request,
        lambda: service.remove_provider(provider, actor=request.user),
        "Provider removed. People sign in with a code or a password.",
    )


@manages
@require_POST
def add_domain(request: OrganizationRequest) -> HttpResponse:
    """Name a domain, or have its code sent anew."""
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            _count_code(request, form.cleaned_data["domain"])
            row = send_domain_code(**form.cleaned_data, by=request.membership)
        except (SignOnNotReady, MailProblem) as refused:
            form.add_error("domain", str(refused))
        else:
            messages.success(request, f"A code was sent to {row.address}.")
            return _back(request)
    return _page(request, domain_form=form, status=422)


@manages
@require_POST
def take_code(request: OrganizationRequest, domain_pk: int) -> HttpResponse:
    """Prove a domain by the code that was sent to its mailbox."""
    row = get_object_or_404(sign_on_domains(), pk=domain_pk)
    return _try(
        request,
        lambda: prove_domain(row, request.POST.get("code", ""), actor=request.user),
        f"{row.domain} is proven.",
    )


@manages
@require_POST
def drop_domain(request: OrganizationRequest, domain_pk: int) -> HttpResponse:
    """Give a domain up."""
    row = get_object_or_404(sign_on_domains(), pk=domain_pk)
    return _try(
        request,
        lambda: remove_domain(row, actor=request.user),
        f"{row.domain} was removed: its people no longer come by your provider.",
    )


def _count_code(request: OrganizationRequest, domain: str) -> None:
    """Raises DomainCodesTooMany: removing a domain and naming it again sends no more mail than waiting."""
    limits = {"domain_code_by": str(request.organization.pk), "domain_code_to": domain}
    if not all(ratelimit.consume(request, action=name, key=key) for name, key in limits.items()):
        raise DomainCodesTooMany


def _provider(request: OrganizationRequest) -> SingleSignOn:
    return get_object_or_404(SingleSignOn.objects.all())


def _try(request: OrganizationRequest, act: Callable[[], None], done: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        act()
    except SignOnNotReady as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return go_to(request, address(request, PAGE))


def _back(request: OrganizationRequest) -> HttpResponse:
    return redirect(PAGE, request.organization.slug)


def _page(
    request: OrganizationRequest, *, status: int = 200, protocol: str = "", **forms: Any
) -> HttpResponse:
    provider, slug = sign_on_provider(), request.organization.slug
    asked = protocol or request.GET.get("protocol") or (provider or SingleSignOn()).protocol
    speaks_saml = provider is not None and provider.protocol == SignOnProtocol.SAML
    domains: list[SignOnDomain] = list(sign_on_domains())
    is_proven = any(domain.proven_at for domain in domains)
    protocols = [
        {"label": label, "href": f"?protocol={value}", "current": value == asked}
        for value, label in SignOnProtocol.choices
    ]
    context = {
        "provider": provider,
        "protocols": protocols,
        "domains": domains,
        "is_ready": bool(provider and provider.tested_at and is_proven),
        "is_owner": request.membership.role == Role.OWNER,
        "is_saml": asked == SignOnProtocol.SAML,
        "is_saml_offered": saml.is_offered(),
        "callback": callback_url(request.organization),
        "entity_id": entity_id(slug),
        "reply_url": reply_url(slug),
        "certificates": shown(provider.certificates) if provider and speaks_saml else [],
        "saml_form": SamlForm(),
        "provider_form": ProviderForm(provider=provider),
        "domain_form": DomainForm(),
        "rules_form": _rules_form(provider),
        **forms,
    }
    return render(request, "staff/organization/single_sign_on.html", context, status=status)
