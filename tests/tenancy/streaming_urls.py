"""The site's addresses and a few more, whose answers are streamed: for tests only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from rest_framework.request import Request

from api.views import ApiView
from files.models import File
from influence.urls import urlpatterns as of_the_site
from portal.access import InfluencerRequest, influencer_page
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.scope import Owner, current_owner

PADDING = "." * 200  # more than the buffers between two processes hold
ended_in: list[Owner] = []


def lines() -> Iterator[str]:
    """A line of each file in scope, through a server-side cursor; the transaction's time on each."""
    try:
        for file in File.objects.order_by("pk").iterator(chunk_size=2_000):
            yield f"{file.name},{current_owner().organization_id},{PADDING}\n"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM files_file")
            yield f"{cursor.fetchone()[0]} rows\n"
    finally:
        ended_in.append(current_owner())


def broken_lines() -> Iterator[str]:
    for number, line in enumerate(lines()):
        if number == 3_000:
            raise ValueError("a page that fails in mid-stream")
        yield line


def times() -> Iterator[str]:
    """The transaction's time, twice: the same within one."""
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            yield f"{cursor.fetchone()[0].isoformat()}\n"


@staff_page(Permission.READ)
def streamed(request: OrganizationRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines(), content_type="text/csv")


@staff_page(Permission.READ)
def broken(request: OrganizationRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(broken_lines(), content_type="text/csv")


@staff_page(Permission.READ)
def timed(request: OrganizationRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(times(), content_type="text/plain")


@staff_page(Permission.READ)
def counted(request: OrganizationRequest) -> HttpResponse:
    return HttpResponse(f"{File.objects.count()} rows")


@influencer_page
def of_an_influencer(request: InfluencerRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines(), content_type="text/csv")


class StreamedView(ApiView):
    def get(self, request: Request) -> StreamingHttpResponse:
        return StreamingHttpResponse(lines(), content_type="text/csv")


urlpatterns = [
    path("o/<slug:slug>/streamed/", streamed),
    path("o/<slug:slug>/broken/", broken),
    path("o/<slug:slug>/timed/", timed),
    path("o/<slug:slug>/counted/", counted),
    path("me/organizations/<slug:slug>/streamed/", of_an_influencer),
    path("api/v1/streamed/", StreamedView.as_view()),
    *of_the_site,
]
