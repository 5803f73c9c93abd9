"""The pieces say what they should, in markup that a screen reader understands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import timezone

from greenroom.hub.core.clock import SetClock
from greenroom.hub.web.templatetags import _charts, _times

AFTERNOON = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


def render(source: str, **context: Any) -> str:
    """Render a template that loads the pieces."""
    return Template("{% load greenroom %}" + source).render(Context(context))


def text_of(html: str) -> str:
    """Return what is read aloud or seen, in one line."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.fixture(autouse=True)
def _in_berlin() -> Any:
    with timezone.override("Europe/Berlin"):
        yield


class SignUpForm(forms.Form):
    """One field of each kind that renders differently."""

    email = forms.EmailField(help_text="We send the link there.", widget=forms.EmailInput({"autocomplete": "email"}))
    company = forms.CharField(required=False)
    size = forms.ChoiceField(choices=[("1", "Only me"), ("2", "More")], widget=forms.RadioSelect, help_text="Roughly.")
    consent = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


# Times


def test_when_tells_weekday_date_time_and_zone() -> None:
    html = render("{% when at %}", at=AFTERNOON)
    assert text_of(html) == "Wednesday 4 March 2026, 15:00 CET"
    assert 'datetime="2026-03-04T14:00:00+00:00"' in html


def test_when_adds_the_organizers_time_where_the_clock_differs() -> None:
    html = render("{% when at zone='America/New_York' %}", at=AFTERNOON)
    assert text_of(html) == "Wednesday 4 March 2026, 15:00 CET 09:00 EST for the organizer"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/Paris", "", "Mars/Olympus", "../etc/passwd"])
def test_when_leaves_out_a_zone_that_shows_the_same_or_is_unknown(zone: str) -> None:
    assert "for the organizer" not in render("{% when at zone=zone %}", at=AFTERNOON, zone=zone)


def test_when_names_the_day_of_an_organizer_who_is_a_day_ahead() -> None:
    html = render("{% when at zone='Pacific/Auckland' %}", at=AFTERNOON)
    assert "Thu 5 Mar, 03:00 NZDT for the organizer" in text_of(html)


def test_when_marks_an_end_on_the_next_day() -> None:
    html = render("{% when at end=end style='short' %}", at=AFTERNOON, end=AFTERNOON + timedelta(hours=12))
    assert text_of(html) == "Wed 4 Mar, 15:00–03:00 (+1 day) CET"


def test_when_without_a_date_says_so() -> None:
    assert text_of(render("{% when at %}", at=None)) == "No date yet"


def test_a_meeting_across_the_change_to_summer_time_is_one_hour_apart() -> None:
    """At 02:00 on 29 March 2026 clocks in Berlin go to 03:00."""
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    html = render("{% when at end=end style='time' %}", at=before, end=before + timedelta(minutes=2))
    assert text_of(html) == "01:59–03:01 CET"


SPRING_THERE = datetime(2026, 9, 26, 14, tzinfo=UTC)  # 02:00 is 03:00 in Auckland
AUTUMN_THERE = datetime(2026, 4, 4, 14, tzinfo=UTC)  # 03:00 is 02:00 in Auckland
SPRING_HERE = datetime(2026, 3, 29, 1, tzinfo=UTC)  # 02:00 is 03:00 in Berlin
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("expected", "viewer", "at"),
    [
        ("Sunday 27 September 2026, 01:59–03:59 NZST", "Pacific/Auckland", SPRING_THERE - SECOND),
        ("Sunday 27 September 2026, 03:00–04:00 NZDT", "Pacific/Auckland", SPRING_THERE),
        ("Sunday 5 April 2026, 02:59–02:59 NZDT", "Pacific/Auckland", AUTUMN_THERE - SECOND),
        ("Sunday 5 April 2026, 02:00–03:00 NZST", "Pacific/Auckland", AUTUMN_THERE),
        ("Saturday 4 April 2026, 19:30–20:30 IST", "Asia/Kolkata", AUTUMN_THERE),
        ("Sunday 29 March 2026, 06:29–07:29 IST 01:59–03:59 CET for the organizer", "Asia/Kolkata",
         SPRING_HERE - SECOND),
        ("Sunday 29 March 2026, 06:30–07:30 IST 03:00–04:00 CEST for the organizer", "Asia/Kolkata", SPRING_HERE),
        ("Sunday 29 March 2026, 14:00–15:00 NZDT 03:00–04:00 CEST for the organizer", "Pacific/Auckland", SPRING_HERE),
    ],
)  # fmt: skip
def test_an_hour_on_the_day_clocks_change_is_told_by_the_clock_of_who_looks(
    expected: str, viewer: str, at: datetime
) -> None:
    zone = "Europe/Berlin" if "organizer" in expected else ""
    with timezone.override(viewer):
        html = render("{% when at end=end zone=zone %}", at=at, end=at + timedelta(hours=1), zone=zone)
    assert expected == text_of(html)


@pytest.mark.parametrize(
    ("zone", "label"),
    [("Asia/Kolkata", "IST"), ("America/Sao_Paulo", "UTC−3"), ("Asia/Kathmandu", "UTC+5:45"), ("UTC", "UTC")],
)
def test_a_zone_without_a_name_is_labelled_by_its_offset(zone: str, label: str) -> None:
    there = _times.find_zone(zone)
    assert there is not None
    assert label == _times.zone_label(AFTERNOON.astimezone(there))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (30, "30 s"), (60, "1 min"), (5400, "1 h 30 min"), (7200, "2 h"), (90000, "1 d 1 h"), (-5, "0 min")],
)
def test_duration_in_words(seconds: int, words: str) -> None:
    assert words == _times.describe_duration(seconds)
    assert words == render("{{ value|duration }}", value=timedelta(seconds=seconds))


def test_duration_of_nothing_is_empty() -> None:
    assert render("{{ value|duration }}{{ value|minutes }}", value=None) == ""


def test_countdown_carries_the_servers_clock() -> None:
    with override_settings(CLOCK=SetClock(AFTERNOON)):
        html = render("{% countdown at subject='The webinar' %}", at=AFTERNOON + timedelta(minutes=90))
    assert text_of(html) == "in 1 h 30 min"
    assert 'data-server-now="2026-03-04T14:00:00+00:00"' in html
    assert html.index('aria-live="polite"') < html.index('role="timer"')


# Small pieces


@pytest.mark.parametrize("variant", ["live", "ok", "info", "warn", "bad", "quiet"])
def test_a_badge_is_a_word_and_a_shape(variant: str) -> None:
    html = render("{% badge 'Waiting' variant %}", variant=variant)
    assert text_of(html) == "Waiting"
    assert f"badge-{variant}" in html
    assert re.search(r"<svg[^>]*aria-hidden=\"true\"[^>]*><(circle|path)", html)


def test_a_button_that_may_not_be_used_says_why() -> None:
    html = render("{% button 'Join' kind='primary' disabled_reason='Join opens at 15:00.' %}")
    reason_id = re.search(r'aria-describedby="([^"]+)"', html)
    assert reason_id is not None
    assert f'id="{reason_id[1]}">Join opens at 15:00.<' in html
    assert 'type="button"' in html


def test_a_button_passes_attributes_on_and_escapes_them() -> None:
    html = render("{% button label url='/x/' hx_get=address %}", label="<b>", address='/"')
    assert '<a class="button button-quiet" href="/x/" hx-get="/&quot;">&lt;b&gt;</a>' in html


def test_pieces_escape_what_they_are_given() -> None:
    html = render("{% live_card name at %}{{ name }}{% endlive_card %}{% person name %}", name="<script>", at=AFTERNOON)
    assert "<script>" not in html


# Forms


def test_form_row_ties_label_and_help_to_the_field() -> None:
    html = render("{% form_row form.email %}", form=SignUpForm())
    assert '<label class="field-label" for="id_email">' in html
    assert 'aria-describedby="id_email_helptext"' in html
    assert 'id="id_email_helptext"' in html
    assert 'autocomplete="email"' in html
    assert "optional" not in text_of(html)


def test_form_row_ties_the_error_to_the_field() -> None:
    html = render("{% form_row form.email %}", form=SignUpForm({"email": "lena@"}))
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="id_email_error".*Enter a valid email address\.', html, re.DOTALL)


def test_form_row_escapes_help_that_came_from_elsewhere() -> None:
    """Questions come from GoTo as an organizer wrote them."""
    html = render("{% form_row form.company help=help %}", form=SignUpForm(), help="<img src=x>")
    assert "&lt;img src=x&gt;" in html


def test_form_row_marks_what_may_stay_empty() -> None:
    assert text_of(render("{% form_row form.company %}", form=SignUpForm())) == "Company optional"


def test_form_row_groups_choices() -> None:
    html = render("{% form_row form.size %}", form=SignUpForm({}))
    assert re.search(r'<fieldset[^>]*aria-describedby="id_size_helptext id_size_error"', html)
    assert '<legend class="field-label">Size' in html
    assert '<label class="choice" for="id_size_1">' in html


def test_form_row_puts_the_label_of_a_check_box_behind_it() -> None:
    html = render("{% form_row form.consent %}", form=SignUpForm())
    assert re.search(
        r'<label class="choice" for="id_consent"><input type="checkbox"[^>]*><span>I agree</span></label>', html
    )


def test_form_row_of_a_hidden_field_is_the_field_alone() -> None:
    assert text_of(render("{% form_row form.secret %}", form=SignUpForm())) == ""


def test_error_summary_links_to_the_first_control_of_each_field() -> None:
    html = render("{% error_summary form %}", form=SignUpForm({}))
    assert re.findall(r'href="#([^"]+)"', html) == ["id_email", "id_size_0", "id_consent"]
    assert 'tabindex="-1"' in html


def test_error_summary_of_a_form_without_errors_is_empty() -> None:
    assert render("{% error_summary form %}", form=SignUpForm()).strip() == ""


# Lists


def test_filters_search_sorting_and_pages_keep_each_other() -> None:
    request = RequestFactory().get("/events/?state=live&q=tree&sort=name&page=3")
    page = Paginator(range(60), 20).page(2)
    source = (
        "{% filter_chips 'state' choices %}{% search_field 'Search' %}{% sort_header 'Name' 'name' %}{% paging page %}"
    )
    html = render(source, request=request, choices=[("live", "Live", 1)], page=page)
    assert 'href="?state=live&amp;q=tree&amp;sort=-name"' in html
    assert 'href="?q=tree&amp;sort=name"' in html
    assert 'href="?state=live&amp;q=tree&amp;sort=name&amp;page=3"' in html
    assert '<input type="hidden" name="state" value="live">' in html
    assert 'aria-sort="ascending"' in html


# Pictures


def test_presence_bar_draws_stays_on_the_length_of_the_session() -> None:
    stretches = _charts.presence_stretches([(900, 1800), (0, 360)], 3600)
    assert [(s.x, s.width) for s in stretches] == [(0, 100), (250, 250)]


def test_presence_bar_joins_overlaps_and_cuts_what_lies_outside() -> None:
    stretches = _charts.presence_stretches([(-60, 1800), (1200, 2700), (5000, 6000)], 3600)
    assert [(s.x, s.width) for s in stretches] == [(0, 750)]


def test_presence_bar_keeps_a_short_stay_visible_and_inside() -> None:
    (stretch,) = _charts.presence_stretches([(3599, 3600)], 3600)
    assert (stretch.x, stretch.width) == (996, 4)


def test_presence_bar_says_itself_in_words() -> None:
    html = render("{% presence_bar stays 3600 %}{% presence_bar none 3600 %}", stays=[(0, 1200), (1800, 3600)], none=[])
    assert "In the session for 50 min of 1 h, in 2 stays" in html
    assert "Not in the session" in html
    assert "rect" in render("{% presence_bar none 0 %}", none=[])


def test_funnel_gives_each_step_its_share_of_the_one_before() -> None:
    html = render("{% funnel steps %}", steps=[("Invited", 200), ("Registered", 50), ("Attended", 0)])
    assert "25% of invited" in html
    assert '<rect class="funnel-fill" width="25.0"' in html
    assert "0% of registered" in html


def test_charts_show_their_numbers_as_a_table_too() -> None:
    html = render("{% bar_chart points 'Per week' %}", points=[("1 Mar", 3), ("8 Mar", 7)])
    assert "<td>8 Mar</td>" in html
    assert 'height="112.0"' in html  # 7 of 10, on 160 units


@pytest.mark.parametrize(("number", "top"), [(0, 1), (1, 1), (3, 5), (7, 10), (74, 100), (101, 200)])
def test_the_scale_ends_at_a_round_number(number: int, top: int) -> None:
    assert top == _charts.nice_ceiling(number)


@pytest.mark.parametrize(("most", "scale"), [(1, (1, "")), (2, (2, 1)), (4, (5, "")), (7, (10, 5)), (30, (50, 25))])
def test_a_chart_counts_no_halves(most, scale):
    drawn = _charts.chart([("1 Mar", 0), ("8 Mar", most)])
    assert scale == (drawn["top"], drawn["half"])


def test_charts_without_points_say_so() -> None:
    assert "No numbers yet." in render("{% line_chart points 'Per week' %}", points=[])
