"""Tasks about influencers: on the profile, and everybody's own on one page."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from crm import queries
from crm.forms import TaskForm
from crm.models import Task
from crm.queries.reversible import latest_change
from crm.services.tasks import create_task, delete_task, edit_task, finish_task, reopen_task
from crm.views.frame import address, allowances, form_answer, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.redirects import go_to
from ui.submitting import is_sent, say_made, sent_token
from ui.undoing import is_overtaken, say_done


@staff_page(Permission.READ)
def my_tasks(request: OrganizationRequest) -> HttpResponse:
    """The reader's open tasks, the most urgent first, and the notes that mention them."""
    context = {
        **allowances(request),
        "page": queries.task_page(request.user, cursor=request.GET.get("cursor", "")),
        "mentions": queries.unread_mentions(request.user),
    }
    return render(request, "staff/crm/tasks/mine.html", context)


@staff_page(Permission.READ)
def waiting_count(request: OrganizationRequest) -> HttpResponse:
    """The number beside "My tasks" in the navigation: due tasks and unread mentions."""
    return render(
        request, "staff/crm/tasks/count.html", {"count": queries.waiting_count(request.user)}
    )


@staff_page(Permission.EDIT_INFLUENCERS)
def create(request: OrganizationRequest, pk: int) -> HttpResponse:
    """A new task about an influencer."""
    found = found_influencer(pk)
    data = request.POST if request.method == "POST" else None
    form = TaskForm(data, members=queries.member_choices())
    if is_sent(request, form):
        make = partial(create_task, found, actor=request.user, **form.given)
        made = make_once(sent_token(request), make, actor=request.user)
        say_made(request, "Task added.", is_first=made.is_first)
        return go_to(request, address(request, "influencer", pk))
    return _answer(request, form, f"Task about {isolated(found)}", pk)


@staff_page(Permission.EDIT_INFLUENCERS)
def edit(request: OrganizationRequest, pk: int, task_pk: int) -> HttpResponse:
    """Other words, another date, another assignee."""
    task = _found(pk, task_pk)
    with editing(request, task) as stored:
        data = request.POST if request.method == "POST" else None
        form = TaskForm(data, members=queries.member_choices(stored.assignee), task=stored)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            edit_task(stored, actor=request.user, **form.given)
    if is_saved:
        messages.success(request, "Task saved.")
        return go_to(request, address(request, "influencer", pk))
    return _answer(request, form, "Edit task", pk, task=task)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def finish(request: OrganizationRequest, pk: int, task_pk: int) -> HttpResponse:
    """A task is done; or, to undo, it is not."""
    task = _found(pk, task_pk)
    if request.POST.get("done") == "no":
        if not is_overtaken(request, latest_change(task.influencer, "task", task.pk)):
            reopen_task(task, actor=request.user)
        return _back(request, pk)
    finish_task(task, actor=request.user)
    of, next_page = latest_change(task.influencer, "task", task.pk), request.POST.get("next", "")
    say_done(request, "Task done.", request.path, of=of, done="no", next=next_page)
    return _back(request, pk)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def delete(request: OrganizationRequest, pk: int, task_pk: int) -> HttpResponse:
    """Delete a task; the message offers to undo it."""
    removal = delete_task(_found(pk, task_pk), actor=request.user)
    say_done(request, "Task deleted.", address(request, "restore_removed", pk, removal.pk))
    return go_to(request, address(request, "influencer", pk))


def _found(pk: int, task_pk: int) -> Task:
    return get_object_or_404(Task.objects.select_related("influencer"), influencer=pk, pk=task_pk)


def _back(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Back to where the task was ticked off."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(address(request, "influencer", pk))


def _answer(
    request: OrganizationRequest, form: TaskForm, title: str, pk: int, task: Task | None = None
) -> HttpResponse:
    return form_answer(
        request,
        "tasks/form",
        title=title,
        back=address(request, "influencer", pk),
        form=form,
        task=task,
        action=request.path,
    )
