"""Certificates for whoever has the code."""

import re
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from greenroom.hub.courses.certificate_pdf import describe_hours
from greenroom.hub.courses.models import Certificate


@pytest.fixture
def certificate(world, course, lena):
    return Certificate.objects.create(
        code="ABCD2345EFGH6789", course=course, user=lena, person_name="Lena Müller", course_title="Workplace safety",
        attended_seconds=5400,
        credits="2.5 CPE credits", earned_points="12.5", possible_points=20,
        completed_on=date(2026, 3, 1), issued_at=world.now,
    )  # fmt: skip


def page_of(certificate) -> str:
    answer = Client().get(reverse("certificate", args=[certificate.code]))
    assert (200, "noindex") == (answer.status_code, answer["X-Robots-Tag"])
    return answer.content.decode()


def test_anybody_with_the_code_can_verify_it(certificate):
    page = page_of(certificate)
    for text in (
        "Lena Müller",
        "Workplace safety",
        "1 March 2026",
        "1.5 hours",
        "12.5 of 20 points",
        "2.5 CPE credits",
        "Valid",
        certificate.code,
    ):
        assert text in page


@pytest.mark.parametrize("typed", ["ABCD2345EFGH6789", " abcd-2345 efgh-6789 "])
def test_code_is_typed_as_it_is_read(certificate, typed):
    path = reverse("verify_certificate")
    assert "Verify a certificate" in Client().get(path).content.decode()
    answer = Client().get(path, {"code": typed})
    assert reverse("certificate", args=[certificate.code]) == answer["Location"]


@pytest.mark.parametrize("typed", ["ABCD2345EFGH6780", "", "\0", "/" * 61, "é"])
def test_code_that_is_none_is_told_beside_the_field(certificate, typed):
    answer = Client().get(reverse("verify_certificate"), {"code": typed})
    assert 422 == answer.status_code
    assert answer.context["form"].errors["code"]


def test_where_there_are_no_points_none_are_said(certificate, settings):
    settings.CERTIFICATE_FONT = "/nowhere.ttf"
    Certificate.objects.update(earned_points=0, possible_points=0)
    assert "oints" not in page_of(certificate)
    assert b"oints" not in b"".join(streams_of(download(certificate).content))


def test_page_tells_nothing_more_about_the_person(certificate, lena):
    assert lena.email not in page_of(certificate)


def test_revoked_says_so_and_is_not_downloaded(certificate, world):
    certificate.revoked_at = world.now + timedelta(days=1)
    certificate.save()
    page = page_of(certificate)
    assert "This certificate was revoked on 3 March 2026 and is no longer valid." in page
    for text in ("Download", certificate.person_name, certificate.course_title):
        assert text not in page
    assert 409 == Client().get(reverse("download_certificate", args=[certificate.code])).status_code


@pytest.mark.parametrize("code", ["ABCD2345EFGH678A", "0", "x" * 300])
def test_unknown_code_is_404(certificate, code):
    for name in ("certificate", "download_certificate"):
        assert 404 == Client().get(reverse(name, args=[code])).status_code


def test_certificate_outlives_person_and_course(certificate, course, lena):
    lena.delete()
    course.delete()
    assert "Lena Müller" in page_of(certificate)


def download(certificate):
    return Client().get(reverse("download_certificate", args=[certificate.code]))


def test_pdf_is_one_page_named_for_what_it_is(certificate):
    answer = download(certificate)
    assert 'attachment; filename="workplace-safety-lena-muller.pdf"' == answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")
    assert 1 == len(re.findall(rb"/Type /Page\b", answer.content))


@pytest.mark.parametrize("has_font", [True, False])
def test_letters_that_no_font_has_are_said_and_not_lost(certificate, settings, has_font):
    if not has_font:
        settings.CERTIFICATE_FONT = "/nowhere.ttf"
    assert 200 == download(certificate).status_code
    certificate.person_name = "安全"
    certificate.save()
    answer = download(certificate)
    assert (409, True) == (answer.status_code, "Print this page instead" in answer.content.decode())
    assert "安全" in page_of(certificate)


def test_pdf_says_what_the_page_says(certificate, settings):
    settings.CERTIFICATE_FONT = "/nowhere.ttf"  # the letters of the built-in font stand in the file as they are
    content = download(certificate).content
    text = b" ".join(streams_of(content)).decode("latin-1")
    for told in (
        "Lena M\xfcller",
        "Workplace safety",
        "on 1 March 2026, with 1.5 hours of attendance",
        "With 12.5 of 20 points. Worth 2.5 CPE credits",
        certificate.code,
    ):
        assert told in text


def streams_of(content: bytes) -> list[bytes]:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return [zlib.decompress(one) if one[:1] == b"x" else one for one in streams]


def read_pdf(content: bytes) -> str:
    """Return the text as a reader copies it: by the table that leads from the font's shapes to letters."""
    streams = streams_of(content)
    (table,) = (one.decode() for one in streams if b"beginbfchar" in one)
    pairs = re.findall(r"^<(\w{4})> <(\w{4})>$", table, re.MULTILINE)
    letters = {int(shape, 16): chr(int(letter, 16)) for shape, letter in pairs}
    written = [one for stream in streams for one in re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", stream, re.DOTALL)]
    escaped = {b"r": b"\r", b"n": b"\n"}
    plain = [re.sub(rb"\\(.)", lambda one: escaped.get(one[1], one[1]), line, flags=re.DOTALL) for line in written]
    shapes = [[int.from_bytes(line[i : i + 2], "big") for i in range(0, len(line), 2)] for line in plain]
    return "\n".join("".join(letters[shape] for shape in line) for line in shapes)


@pytest.mark.skipif(not Path(settings.CERTIFICATE_FONT).is_file(), reason="The font of certificates is not here.")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, name) for name in ("Олена Шевченко", "Ελένη Παπαδοπούλου", "Łucja Żółć")),
        ("משה כהן", "ןהכ השמ"),  # as it stands on the page, from left to right
        ("Ame\u0301lie", "Amélie"),
    ],
)
def test_names_in_other_letters_can_be_read_and_copied_from_the_pdf(certificate, name, expected, caplog):
    certificate.person_name = name
    certificate.save()
    text = read_pdf(download(certificate).content)
    assert (True, True) == (expected in text, certificate.code in text)
    assert "Glyph names" not in caplog.text


@pytest.mark.parametrize("name", ["محمد الحسن", "अमित"])
def test_letters_that_would_have_to_be_joined_are_not_written_apart(certificate, name):
    certificate.person_name = name
    certificate.save()
    answer = download(certificate)
    assert (409, True) == (answer.status_code, "Print this page instead" in answer.content.decode())


def test_long_names_are_broken_into_lines_that_stay_on_the_page(certificate, settings):
    settings.CERTIFICATE_FONT = "/nowhere.ttf"
    certificate.person_name = "Maximiliane Theodora Alexandra von Hohenlohe " * 5
    certificate.course_title = "An introduction to falls from ladders " * 3 + "W" * 80
    certificate.save()
    page = next(one for one in streams_of(download(certificate).content) if b"Certificate of completion" in one)
    lines = re.findall(rb"BT (\S+) (\S+) Td.*?\((.*?)\) Tj", page)
    tops = [float(top) for _, top, _ in lines]
    assert tops == sorted(tops, reverse=True)
    assert len(lines) > 8
    assert all(float(left) >= 20 / 25.4 * 72 for left, _, _ in lines)


@pytest.mark.parametrize(
    ("words", "seconds"), [("", 359), ("0.1 hours", 360), ("1 hour", 3600), ("1 hour", 3959), ("1.1 hours", 3960)]
)
def test_hours_are_cut_and_never_rounded_up(words, seconds):
    assert words == describe_hours(seconds)
