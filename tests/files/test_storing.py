"""Storing files: names and contents that lie, burst or hide something."""

from __future__ import annotations

import hashlib
import io
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from files import limits
from files.enums import FileKind
from files.errors import FileRefused
from files.models import File
from files.policies import NAME_BYTES, clean_name
from files.services.pictures import redraw
from files.services.storing import store_content
from files.store import contents
from tenancy.models import Organization
from tenancy.scope import ScopeMissing, organization_scope, person_scope
from tests.files.conftest import a_picture, an_upload, contents_in

KIND = FileKind.ORGANIZATION_LOGO
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"


def taken(content: bytes, organization: Organization, name: str = "logo.png") -> File:
    with organization_scope(organization):
        return store_content(KIND, an_upload(content, name))


def refusal(content: bytes, organization: Organization, name: str = "logo.png") -> str:
    with organization_scope(organization), pytest.raises(FileRefused) as refused:
        store_content(KIND, an_upload(content, name))
    return str(refused.value)


def kept(file: File) -> bytes:
    with contents().open(file.path) as opened:
        return opened.read()


# --- what a row says ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_row_says_what_was_kept(elm) -> None:
    file = taken(a_picture(form="JPEG"), elm, "Our logo.jpeg")
    with organization_scope(elm):
        file.save()
        file.refresh_from_db()
    content = kept(file)

    assert (file.name, file.content_type, file.kind) == ("Our logo.png", "image/png", KIND)
    assert file.size == len(content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert file.owner == (elm.pk, None)


@pytest.mark.django_db
def test_content_lies_under_a_random_key_in_its_owner_s_private_folder(elm, folder: Path) -> None:
    file = taken(a_picture(), elm, "secret plans.png")
    second = taken(a_picture(), elm, "secret plans.png")
    lies_at = folder / file.path

    assert contents_in(folder) == sorted([lies_at, folder / second.path])
    assert file.path == f"organization/{elm.pk}/{file.key.hex}"
    assert file.key.version == 4
    assert file.key != second.key
    assert lies_at.stat().st_mode & 0o777 == 0o600
    for place in (folder, lies_at.parent, lies_at.parent.parent):
        assert place.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_a_person_s_file_belongs_to_that_person_alone(elm, owner) -> None:
    with person_scope(owner):
        file = store_content(KIND, an_upload(a_picture()))
        file.save()
        assert File.objects.get() == file
    assert file.owner == (None, owner.pk)
    assert file.path == f"person/{owner.pk}/{file.key.hex}"
    with organization_scope(elm):
        assert not File.objects.exists()


def test_nothing_is_stored_outside_a_scope() -> None:
    with pytest.raises(ScopeMissing):
        store_content(KIND, an_upload(a_picture())).save()


# --- contents ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_each_accepted_type_is_kept_as_a_png_of_limited_size(elm, form: str) -> None:
    file = taken(a_picture((1600, 800), form=form), elm)
    with Image.open(io.BytesIO(kept(file))) as picture:
        assert (picture.format, picture.size) == ("PNG", (512, 256))
        red, green, blue, opaque = picture.getpixel((5, 5))
    assert (round(red, -1), round(green, -1), round(blue, -1), opaque) == (200, 30, 60, 255)


@pytest.mark.django_db
def test_what_the_camera_wrote_along_is_gone_and_the_picture_upright(elm) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # orientation: turned; description
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "taken at home", zip=True)
    profile = b"taken at home" * 20
    turned = taken(a_picture((100, 50), form="JPEG", exif=exif, comment=b"taken at home"), elm)
    noted = taken(a_picture(pnginfo=notes, exif=exif, icc_profile=profile), elm, "b.png")

    for file in (turned, noted):
        content = kept(file)
        chunks = {content[m : m + 4] for m in range(len(content)) if content[m : m + 4].isalpha()}
        assert b"taken at home" not in content
        assert not chunks & {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"iCCP"}
        with Image.open(io.BytesIO(content)) as picture:
            assert dict(picture.getexif()) == {}
    with Image.open(io.BytesIO(kept(turned))) as picture:
        assert picture.size == (50, 100)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.7", b"#!/bin/sh\n"]
)
def test_a_polyglot_is_kept_as_its_picture_alone_or_not_at_all(elm, tail: bytes) -> None:
    for head in (a_picture(), a_picture(form="JPEG")):
        try:
            file = taken(head + tail, elm)
        except FileRefused:
            continue
        assert tail not in kept(file)


def zip_bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b"\0" * 50_000_000)
    return output.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        HTML, SVG, b"\xef\xbb\xbf" + SVG, b'<?xml version="1.0"?>' + SVG, zip_bomb(), b"GIF89a" + HTML,
        a_picture(form="GIF"), a_picture(form="BMP"), a_picture(form="TIFF"), a_picture(form="ICO"),
        b"%PDF-1.7\n", b"MZ" + b"\0" * 200, b"\x7fELF" + b"\0" * 200, b"plain words", b"\0", b"%!PS-Adobe\n",
    ],
)  # fmt: skip
def test_another_type_is_refused_whatever_its_name_says(elm, folder: Path, content: bytes) -> None:
    assert refusal(content, elm, "logo.png") == (
        "This type of file is not accepted. Accepted types: PNG, JPG, WEBP."
    )
    assert contents_in(folder) == []


DAMAGED = "This picture is damaged and could not be read. Export it again and upload the new file."


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        a_picture(256, colour=(1, 2, 3))[:-40],
        a_picture(256, form="JPEG")[:500],
        a_picture(256, form="WEBP")[:40],
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + HTML,
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_damaged_picture_is_refused(elm, folder: Path, content: bytes) -> None:
    assert refusal(content, elm) == DAMAGED
    assert contents_in(folder) == []


def claimed_size(width: int, height: int) -> bytes:
    """A PNG whose header claims a size; a few bytes that would fill the memory."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "size", [(4097, 1), (1, 4097), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_huge_picture_is_refused_before_it_is_unpacked(
    elm, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda _: pytest.fail("unpacked"))
    assert refusal(claimed_size(*size), elm) == (
        "This picture is too large: at most 4,096 × 4,096 pixels are accepted."
    )


@pytest.mark.django_db
def test_texts_that_unpack_to_megabytes_are_refused(elm) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "0" * 50_000_000, zip=True)
    assert refusal(a_picture(pnginfo=notes), elm) == DAMAGED


@pytest.mark.django_db
def test_an_empty_and_an_oversized_file_are_refused(elm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(b"", elm) == "This file is empty. Choose another one."
    too_large = a_picture() + b"\0" * limits.LIMITS[KIND].size
    assert refusal(too_large, elm) == "This file is too large: at most 2.0\xa0MB are accepted."
    exactly = a_picture()
    monkeypatch.setitem(
        limits.LIMITS,
        KIND,
        limits.Limit(len(exactly), {"image/png": ".png"}, limits.PictureLimit(64, 64)),
    )
    assert taken(exactly, elm).name == "logo.png"


@pytest.mark.django_db
def test_a_kind_that_is_no_picture_is_kept_byte_for_byte(
    elm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, KIND, limits.Limit(1_000, {"application/pdf": ".pdf"}))
    content = b"%PDF-1.7\n%%EOF"
    file = taken(content, elm, "contract.exe")
    assert (file.name, file.content_type, kept(file)) == (
        "contract.pdf",
        "application/pdf",
        content,
    )


@given(st.data())
def test_any_damage_to_a_picture_is_drawn_or_refused_and_never_crashes(data: st.DataObject) -> None:
    form, content_type = data.draw(
        st.sampled_from([("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
    )
    content = bytearray(a_picture(16, form=form))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        drawn = redraw(bytes(content), content_type, limits.PictureLimit(4096, 512))
    except FileRefused:
        return
    assert drawn.startswith(b"\x89PNG")


# --- names -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("logo.png", "logo.png"),
        ("logo.exe", "logo.png"),
        ("archive.tar.gz", "archive.tar.png"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\..\\windows\\system.ini", "system.png"),
        ("/etc/cron.d/", "file.png"),
        ("lo\0go.png", "logo.png"),
        ("photo\u202egnp.exe", "photognp.png"),
        ("a\u200bb\u2066c\ufeffd.png", "abcd.png"),
        ("logo\r\nSet-Cookie: a=b.png", "logo Set-Cookie_ a=b.png"),
        ("\x1b[31mred.png", "[31mred.png"),
        ('a"b;c|d<e>f*g?.png', "a_b;c_d_e_f_g_.png"),
        (".htaccess", "htaccess.png"),
        ("...", "file.png"),
        (" .png", "png.png"),
        ("", "file.png"),
        ("   two   words . png", "two words.png"),
        ("ロゴ.jpeg", "ロゴ.png"),
        ("شعار.webp", "شعار.png"),
        ("می\u200cخواهم.png", "می\u200cخواهم.png"),
        ("👩\u200d🎤.png", "👩\u200d🎤.png"),
        ("e\u0301te\u0301.png", "été.png"),
        ("\udcff.png", "png.png"),
    ],
)
def test_a_name_is_cleaned(name: str, cleaned: str) -> None:
    assert clean_name(name, ".png") == cleaned


@pytest.mark.parametrize("letter", ["a", "é", "ロ", "👩"])
def test_a_long_name_is_cut_between_characters(letter: str) -> None:
    cleaned = clean_name(letter * 300 + ".png", ".png")
    assert cleaned.endswith(f"{letter}.png")
    assert set(cleaned.removesuffix(".png")) == {letter}
    assert NAME_BYTES - 4 < len(cleaned.encode()) <= NAME_BYTES


@given(st.text(st.characters(), max_size=400))
def test_whatever_a_name_holds_it_comes_out_harmless(name: str) -> None:
    cleaned = clean_name(name, ".png")
    assert cleaned.endswith(".png")
    assert not cleaned.startswith((".", " "))
    assert not set(cleaned) & set('/\\<>:"|?*\r\n\0')
    unseen = [c for c in cleaned if unicodedata.category(c).startswith("C")]
    assert set(unseen) <= {"\u200c", "\u200d"}
    assert len(cleaned.encode()) <= NAME_BYTES
    assert clean_name(cleaned, ".png") == cleaned
