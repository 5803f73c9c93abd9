"""The style page, and what holds for every page: no inline code, and colours that can be read."""

import math
import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

import greenroom.hub.web

WEB = Path(greenroom.hub.web.__file__).parent
# The page of a mail has its style in itself: what reads it loads nothing, and has no policy of ours.
TEMPLATES = sorted(set(WEB.parent.rglob("templates/**/*.html")) - {WEB.parent / "mailing/templates/mailing/shell.html"})
CSS = (WEB / "static/web/greenroom.css").read_text()
TOKEN = re.compile(r"--([\w-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\);")

GROUNDS = ("paper", "surface", "sunken")
TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "ink-soft", "accent-strong", "red") for ground in GROUNDS),
    *((text, "paper") for text in ("accent", "ok", "amber", "info")),
    *(("ink", f"{state}-soft") for state in ("ok", "amber", "red", "info")),
    *((state, f"{state}-soft") for state in ("ok", "amber", "red", "info")),
    *(("on-accent", ground) for ground in ("accent", "accent-strong")),
    *(("on-red", ground) for ground in ("red", "red-strong")),
    ("accent-strong", "accent-soft"),
]
CONTROL_ON_GROUND = [("line-strong", ground) for ground in ("paper", "surface")] + [("accent", "line")]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_comments_end_on_their_line(template: Path):
    """Django shows the others on the page; what is longer stands between `comment` and `endcomment`."""
    assert [] == re.findall(r"\{#(?!.*#\}).*", template.read_text())


def read_tokens() -> dict[str, tuple[float, float]]:
    """Return each colour's relative luminance, light and dark."""
    return {name: (luminance(light), luminance(dark)) for name, light, dark in TOKEN.findall(CSS)}


def luminance(oklch: str) -> float:
    """Return the relative luminance of an `L C H` triple, by way of OKLab and linear sRGB."""
    lightness, chroma, hue = map(float, oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    clipped = [min(1.0, max(0.0, part)) for part in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]


def contrast(one: float, other: float) -> float:
    """Return the contrast of two luminances as WCAG defines it."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(text: str, ground: str) -> None:
    tokens = read_tokens()
    for scheme in (0, 1):
        assert contrast(tokens[text][scheme], tokens[ground][scheme]) >= 4.5, ("light", "dark")[scheme]


@pytest.mark.parametrize(("control", "ground"), CONTROL_ON_GROUND)
def test_controls_stand_out(control: str, ground: str) -> None:
    tokens = read_tokens()
    for scheme in (0, 1):
        assert contrast(tokens[control][scheme], tokens[ground][scheme]) >= 3, ("light", "dark")[scheme]


def test_luminance_agrees_with_known_colours() -> None:
    assert luminance("1 0 0") == pytest.approx(1, abs=0.001)
    assert luminance("0 0 0") == 0
    assert luminance("0.627955 0.257683 29.234") == pytest.approx(0.2126, abs=0.001)  # pure red


def test_every_colour_used_is_a_token() -> None:
    names = set(re.findall(r"--([\w-]+):", CSS))
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) <= names


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB.parent)))
def test_templates_hold_no_inline_style_or_script(template: Path) -> None:
    """The Content-Security-Policy would refuse them."""
    source = template.read_text()
    assert not re.search(r"\sstyle\s*=\s*[\"']", re.sub(r"{%.*?%}", "", source, flags=re.DOTALL))
    assert "<style" not in source
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source)
    assert "javascript:" not in source


@pytest.mark.django_db
def test_the_style_page_shows_the_pieces_in_development(client: Client) -> None:
    with override_settings(DEBUG=True):
        response = client.get("/style/")
    assert response.status_code == 200
    html = response.content.decode()
    for piece in (
        "live-card",
        "presence",
        "funnel",
        "chart-line",
        "countdown",
        "copy-field",
        "error-summary",
        "<dialog",
    ):
        assert piece in html


@pytest.mark.django_db
def test_there_is_no_style_page_in_production(client: Client) -> None:
    assert client.get("/style/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["login/", "password/reset/", "password/reset/done/", "signup/", "inactive/"])
def test_pages_before_signing_in_have_our_frame(client: Client, path: str) -> None:
    html = client.get(f"/accounts/{path}").content.decode()
    assert 'class="entrance-main" id="main"' in html
    assert 'class="navigation"' not in html


@pytest.mark.django_db
def test_the_ids_of_the_style_page_are_unique(client: Client) -> None:
    with override_settings(DEBUG=True):
        html = client.get("/style/").content.decode()
    # The two sample forms share their fields' ids; a page has one form.
    ids = [id_ for id_ in re.findall(r'\sid="([^"]+)"', html) if not id_.startswith("id_")]
    assert len(ids) == len(set(ids))
