"""Errands: jobs of one step with another service, which a person waits for at a page.

    ERRAND = errand("crm.refresh", "Refresh an account", {"synced": "accounts checked"}, do, report, problems=(TikTokProblem,))
    register_job(ERRAND)                       when the app is ready
    start_errand("crm.refresh", {"account": 7}, actor=person)

The same errand of the same person is started once while it is unfinished.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.jobs import ERRAND_KIND, Abouts, JobKind, Report, start_job
from tenancy.enums import Permission
from tenancy.models import User


@dataclass(frozen=True)
class Done:
    """The outcome of an errand: its key, links to what it concerns, and what was said about it."""

    key: str
    links: tuple[tuple[Any, ...], ...] = ()
    text: str = ""


def errand(
    name: str,
    title: str,
    words: Mapping[str, str],
    do: Callable[[Job], Done],
    report: Callable[[Job], Report],
    *,
    problems: tuple[type[Exception], ...],
    about: Callable[[Sequence[Job]], Abouts] = lambda jobs: {},
    permission: Permission | None = None,
) -> JobKind:
    """A kind of job with one step. `problems`: exceptions whose text says to a person why it failed; `permission`: what its
    person must still be allowed when it is done (None: it is nothing of an organization)."""

    def fetch(job: Job) -> Done:
        try:
            return do(job)
        except problems as problem:
            raise JobFailed(str(problem)) from problem

    return JobKind(
        name, title, words, _keep, fetch=fetch, report=report, about=about, work=ERRAND_KIND,
        permission=permission,
    )  # fmt: skip


def _keep(job: Job, done: Done) -> bool:
    job.outcome = [
        {"key": done.key, "count": 1, "links": list(map(list, done.links)), "text": done.text}
    ]
    job.done_count = job.total_count
    return True


def start_errand(kind: str, params: Mapping[str, Any], *, actor: User | None) -> Job:
    """Write the job of an errand of the organization or person in scope."""
    return start_job(kind, params, total=1, actor=actor)


def done_of(job: Job) -> Done:
    """The outcome of a finished errand; one that failed has an empty key, and the reason as its text."""
    for row in job.outcome:
        links = tuple(map(tuple, row["links"]))
        return Done(row["key"], links, row.get("text", ""))
    return Done("", text=job.problem or CANCELLED)


CANCELLED = "It was cancelled before it began."


def says(*sentences: tuple[str, str], to: tuple[Any, ...]) -> Report:
    """A report of these sentences, each after the level of its message."""
    return Report(to, sentences)
