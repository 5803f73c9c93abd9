"""A certificate as a PDF: one landscape page."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.dateformat import format as format_date

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.models import Certificate
from greenroom.hub.courses.points import Points

if TYPE_CHECKING:
    from fpdf import FPDF

_GREEN = (22, 101, 72)
_INK = (28, 33, 30)
_SOFT = (92, 100, 95)
_WIDTH = 297
_WIDEST = _WIDTH - 40
_SMALLEST = 7
# Millimetres from line to line, and how many all lines of a text may take; for each point of the font's size.
_LINE = 0.45
_ROOM = 0.7


class LettersMissingError(StateConflictError):
    """The font has no shape for some letters of a name, or none for how they stand together."""


def render_certificate(certificate: Certificate, *, address: str) -> bytes:
    """
    Return the PDF of a certificate.

    Args:
        address: of the page where it can be verified.

    Raises:
        LettersMissingError: a name cannot be written as it is read; the page can be printed instead.
    """
    from fpdf import FPDF  # here: only this needs it, and it loads a lot

    pdf = FPDF(orientation="landscape", format="A4")
    try:
        return _draw(pdf, certificate, address)
    finally:
        _close_font(pdf)


def _draw(pdf: "FPDF", certificate: Certificate, address: str) -> bytes:
    pdf.set_title(f"{certificate.course_title}: {certificate.person_name}")
    pdf.set_lang("en")
    pdf.set_auto_page_break(False)
    family = _choose_font(pdf)
    lines = _lines(certificate, address)
    _check_letters(pdf, family, "".join(text for text, *_ in lines))
    pdf.add_page()
    pdf.set_draw_color(*_GREEN)
    pdf.set_line_width(1.2)
    pdf.rect(12, 12, _WIDTH - 24, 186)
    for text, top, size, colour in lines:
        pdf.set_text_color(*colour)
        _write(pdf, family, text, top, size)
    return bytes(pdf.output())


def _lines(certificate: Certificate, address: str) -> list[tuple[str, int, int, tuple[int, int, int]]]:
    """Return each line: its text, how far from the top, its size and colour."""
    day = format_date(certificate.completed_on, "j F Y")
    hours = describe_hours(certificate.attended_seconds)
    lines = [
        ("Certificate of completion", 34, 16, _GREEN),
        (certificate.person_name, 66, 34, _INK),
        ("has completed", 92, 14, _SOFT),
        (certificate.course_title, 106, 24, _INK),
        (f"on {day}, with {hours} of attendance" if hours else f"on {day}", 128, 14, _SOFT),
        (_describe_worth(certificate), 142, 14, _SOFT),
        (f"Verify this certificate at {address}", 176, 10, _SOFT),
        (f"Code {certificate.code}", 184, 10, _SOFT),
    ]
    return [(unicodedata.normalize("NFC", text), top, size, colour) for text, top, size, colour in lines if text]


def _describe_worth(certificate: Certificate) -> str:
    points = describe_points(certificate)
    parts = (points and f"With {points}", certificate.credits and f"Worth {certificate.credits}")
    return ". ".join(part for part in parts if part)


def describe_points(certificate: Certificate) -> str:
    """Say how many points of how many somebody had when it was issued; empty where there were none to have."""
    return Points(certificate.earned_points, certificate.possible_points).words


def describe_hours(seconds: int) -> str:
    """Say how long somebody attended in all, cut to a tenth of an hour; empty for less than that."""
    tenths = seconds // 360
    if not tenths:
        return ""
    return "1 hour" if tenths == 10 else f"{tenths / 10:g} hours"


def _choose_font(pdf: "FPDF") -> str:
    font = Path(settings.CERTIFICATE_FONT)
    if not font.is_file():
        return "helvetica"
    pdf.add_font("certificate", fname=font)
    return "certificate"


def _close_font(pdf: "FPDF") -> None:
    """Close the font's file, which is read as letters are needed."""
    from fpdf.fonts import TTFFont

    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()


def _check_letters(pdf: "FPDF", family: str, text: str) -> None:
    from fpdf.fonts import TTFFont

    font = pdf.fonts.get(family)
    # The font that every reader has knows Western European letters.
    known = font.cmap if isinstance(font, TTFFont) else range(256)
    if not all(ord(letter) in known and not _changes_beside_others(letter) for letter in text):
        raise LettersMissingError(
            "The PDF cannot write all letters of this name. Print this page instead, or ask your site "
            "administrator to set another font."
        )


def _changes_beside_others(letter: str) -> bool:
    """Tell of a letter that is joined to others, as in Arabic, or put around them, as in Hindi; we can do neither."""
    return unicodedata.bidirectional(letter) == "AL" or unicodedata.category(letter) == "Mc"


def _write(pdf: "FPDF", family: str, text: str, top: int, size: int) -> None:
    """Write a text in the middle; if it is too long for the page, smaller and in several lines."""
    lines, fitting = _break(pdf, family, text, size)
    height = fitting * _LINE
    # Where the middle of a single line is.
    first = top + size / 4 - height * len(lines) / 2
    for number, line in enumerate(lines):
        pdf.set_xy(20, first + number * height)
        pdf.cell(w=_WIDEST, h=height, text=_as_seen(line), align="C")


def _break(pdf: "FPDF", family: str, text: str, size: int) -> tuple[list[str], int]:
    """Return the lines of a text and the largest size at which they find room."""
    for smaller in range(size, _SMALLEST - 1, -1):
        pdf.set_font(family, size=smaller)
        lines: Any = pdf.multi_cell(w=_WIDEST, text=text, dry_run=True, output="LINES")
        if len(lines) == 1 or len(lines) * smaller * _LINE <= size * _ROOM:
            break
    return lines, smaller


def _as_seen(line: str) -> str:
    """Return the letters from left to right: those of Hebrew run the other way."""
    from fpdf.bidi import BidiParagraph

    return BidiParagraph(line).get_reordered_string()
