"""The way back from a provider of SAML: the browser posts its answer, then goes on in its own session."""

from __future__ import annotations

import secrets
from importlib import import_module
from typing import cast

from allauth.core import ratelimit
from allauth.socialaccount.helpers import complete_social_login
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from influence.single_sign_on import saml
from influence.single_sign_on.protocol import SignOnProvider
from influence.single_sign_on.views import provider_of, refusal
from tenancy.access import public_page
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization
from tenancy.models.api_key import digest

LONGEST_ANSWER = 100_000  # characters of base64: a person with hundreds of groups has less
LONGEST_STATE = 80  # characters, as SAML has it
KEPT_FOR = 60  # seconds, between the post and the step after it


@public_page
@csrf_exempt  # it comes from the provider's page; what it answers is known by the session in the next step
@require_POST
def reply(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the answer for a moment: browsers bring our session along only with the step after a post from elsewhere."""
    if limited := ratelimit.consume_or_429(request, action="single_sign_on_reply"):
        return cast(HttpResponse, limited)
    answer, state = request.POST.get("SAMLResponse", ""), request.POST.get("RelayState", "")
    if not 0 < len(answer) <= LONGEST_ANSWER or len(state) > LONGEST_STATE:
        return refusal(request, None, SignOnFault.STATE)
    name = secrets.token_urlsafe(16)
    cache.set(f"saml_answer:{digest(name)}", (slug, state, answer), KEPT_FOR)
    step = redirect("saml_finish", slug)
    step["Location"] += f"?answer={name}"
    return step


@public_page
@require_safe
def finish(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign in whom the answer names. Without a sign-in that was begun here, all organizations answer alike."""
    organization = Organization.objects.filter(slug=slug).first()
    key = f"saml_answer:{digest(request.GET.get('answer', ''))}"
    whose, state, answer = cache.get(key) or ("", "", "")
    cache.delete(key)
    try:
        if organization is None or whose != slug:
            raise SignOnRefused(SignOnFault.STATE)
        provider = provider_of(request, organization)
        if isinstance(provider, SignOnProvider):
            raise SignOnRefused(SignOnFault.STATE)
        login = provider.login_of(request, state, answer)
        return cast(HttpResponse, complete_social_login(request, login))
    except SignOnRefused as refused:
        return refusal(request, organization, refused.fault)


@public_page
@require_safe
def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """Our own metadata, for the provider to read. Any name is answered, so that none is known to be an organization's."""
    if not saml.is_offered():
        raise Http404
    our_side = import_module("influence.single_sign_on.saml.provider").our_side(slug)
    library = import_module("onelogin.saml2.metadata").OneLogin_Saml2_Metadata
    xml = library.builder(our_side, wsign=True, valid_until="", cache_duration="")
    return HttpResponse(xml, content_type="application/samlmetadata+xml")
