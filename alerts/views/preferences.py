"""My notifications: how a member is told of each kind of news."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from alerts.forms import NotificationsForm
from alerts.services.mailing import plan_digest
from alerts.services.preferences import preferences_of, save_preferences
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission


@staff_page(Permission.READ)
def notifications(request: OrganizationRequest) -> HttpResponse:
    """The reader's own wishes in this organization."""
    preferences = preferences_of(request.user.pk)
    data = request.POST if request.method == "POST" else None
    form = NotificationsForm(data, preferences=preferences)
    if form.is_valid():
        plan_digest(save_preferences(request.user, **form.given))
        messages.success(request, "Your notifications are saved.")
        return redirect(request.path)
    status = 422 if form.errors else 200
    return render(request, "staff/alerts/notifications.html", {"form": form}, status=status)
