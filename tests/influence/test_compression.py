"""Pages travel compressed, and their secrets do not show in their length; machines get what they asked for as it is."""

from __future__ import annotations

import gzip
import re

import pytest
from django.http import HttpResponse
from django.test import Client

pytestmark = pytest.mark.django_db
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w{64})"')


def get(path: str, encoding: str = "gzip, br") -> HttpResponse:
    answer: HttpResponse = Client().get(path, secure=True, headers={"accept-encoding": encoding})  # type: ignore[assignment]
    assert answer.status_code == 200
    return answer


def test_a_page_is_compressed_for_who_can_read_it_so() -> None:
    plain, packed = get("/components/", "identity"), get("/components/")
    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Vary"] == plain["Vary"]
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 4
    assert b"</html>" in gzip.decompress(packed.content)


def test_neither_token_nor_length_of_a_page_repeats() -> None:
    pages = [get("/accounts/login/") for _ in range(8)]
    tokens = [TOKEN.findall(gzip.decompress(page.content))[0] for page in pages]
    assert len(set(tokens)) == len(pages)
    assert len({len(page.content) for page in pages}) > 1


def test_documents_of_the_api_and_other_texts_are_not_compressed() -> None:
    for path in ("/api/v1/schema/?format=json", "/healthz"):
        assert "Content-Encoding" not in get(path).headers
