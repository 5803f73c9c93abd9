"""Everything people paste to say which event they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.events.errors import UnreadableLinkError
from greenroom.hub.events.links import PastedLink, read_link

KEY = "4711888155501928461"
EVENT = PastedLink(event_key=KEY)
PERSONAL = PastedLink(event_key=KEY, is_personal=True)
SERIES = PastedLink(recurrence_key=KEY)
NUMBER = PastedLink(event_number="531727707")


def meeting(link: str) -> PastedLink:
    return PastedLink(event_number="531727707", join_url=link)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Registration links.
        (f"https://attendee.gotowebinar.com/register/{KEY}", EVENT),
        (f"https://attendee.gotowebinar.com/register/{KEY}/", EVENT),
        (f"https://attendee.gotowebinar.com/register/{KEY}?source=newsletter", EVENT),
        (f"https://attendee.gotowebinar.com/register/{KEY}?utm_source=a&utm_medium=b#top", EVENT),
        (f"http://attendee.gotowebinar.com/register/{KEY}", EVENT),
        (f"HTTPS://Attendee.GoToWebinar.com/register/{KEY}", EVENT),
        (f"attendee.gotowebinar.com/register/{KEY}", EVENT),
        (f"https://register.gotowebinar.com/register/{KEY}", EVENT),
        (f"https://attendee.gotowebinar.com/registration.tmpl?webinar={KEY}&registrant.givenName=Lena", EVENT),
        (f"https://attendee.gotowebinar.com/rt/{KEY}", SERIES),
        (f"https://register.gotowebinar.com/rt/{KEY}?source=x", SERIES),
        # Of the Citrix era.
        ("https://www1.gotomeeting.com/register/531727707", NUMBER),
        ("https://www3.gotomeeting.com/register/531727707/", NUMBER),
        # Meetings, into which the link leads everybody.
        *(
            (link, meeting(link))
            for link in (
                "https://global.gotomeeting.com/join/531727707",
                "https://www3.gotomeeting.com/join/531-727-707",
                "https://meet.goto.com/531727707",
                "https://app.goto.com/meeting/531727707",
                "https://app.gotomeeting.com/?meetingId=531727707",
                "https://gotomeet.me/531727707",
            )
        ),
        ("meet.goto.com/531727707", meeting("https://meet.goto.com/531727707")),
        ("http://Global.GoToMeeting.com/join/531727707#x", meeting("https://global.gotomeeting.com/join/531727707")),
        ("https://a:b@meet.goto.com:443/531727707", meeting("https://meet.goto.com/531727707")),
        ("Please join: https://meet.goto.com/531727707.", meeting("https://meet.goto.com/531727707")),
        (
            "https://eur01.safelinks.example/?url=https%3A%2F%2Fmeet.goto.com%2F531727707&data=05",
            meeting("https://meet.goto.com/531727707"),
        ),
        # Personal ones.
        (f"https://global.gotowebinar.com/join/{KEY}/123456789", PERSONAL),
        (f"https://global.gotowebinar.com/join/{KEY}/123456789?clientType=html5", PERSONAL),
        (f"https://attendee.gotowebinar.com/join/{KEY}/123456789", PERSONAL),
        (f"https://global.gototraining.com/join/training/{KEY}/123456789", PERSONAL),
        (
            f"https://attendee.gototraining.com/registration/confirmation.tmpl?registrant=99&training={KEY}",
            PERSONAL,
        ),
        # The organizer's.
        (f"https://dashboard.gotowebinar.com/webinar/{KEY}", EVENT),
        (f"https://global.gotowebinar.com/manageWebinar.tmpl?webinar={KEY}", EVENT),
        # Trainings.
        (f"https://attendee.gototraining.com/r/{KEY}", EVENT),
        (f"https://attendee.gototraining.com/register/{KEY}", EVENT),
        (f"https://attendee.gototraining.com/rt/{KEY}", EVENT),
        (f"https://student.gototraining.com/r/{KEY}", EVENT),
        # Bare.
        (KEY, EVENT),
        (f"  {KEY}\n", EVENT),
        ("531727707", NUMBER),
        ("531-727-707", NUMBER),
        ("Webinar ID: 531-727-707", NUMBER),
        (f"key:{KEY}", EVENT),
        # With things around.
        (f"<https://attendee.gotowebinar.com/register/{KEY}>", EVENT),
        (f"Join us! Register at https://attendee.gotowebinar.com/register/{KEY}, it is free.", EVENT),
        (f"(https://attendee.gotowebinar.com/register/{KEY})", EVENT),
        (f"https://example.com/blog and https://attendee.gotowebinar.com/register/{KEY}", EVENT),
        (f'<a href="https://attendee.gotowebinar.com/register/{KEY}">here</a>', EVENT),
        # Tracking and mail protection.
        (
            f"https://eur01.safelinks.example/?url=https%3A%2F%2Fattendee.gotowebinar.com%2Fregister%2F{KEY}%3Fa%3Dx&data=05",
            EVENT,
        ),
        (f"https://www.google.com/url?q=https://attendee.gotowebinar.com/register/{KEY}&sa=D", EVENT),
        (f"https://t.example/c?u=https%253A%252F%252Fattendee.gotowebinar.com%252Fregister%252F{KEY}", EVENT),
        (f"https://urldefense.com/v3/__https://attendee.gotowebinar.com/register/{KEY}__;!!abc!def$", EVENT),
    ],
)
def test_the_event_is_found(text, found):
    assert found == read_link(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste the link"),
        (" <> ", "Paste the link"),
        (f"https://register.gotowebinar.com/recording/{KEY}", "a recording"),
        (f"https://attendee.gotowebinar.com/recording/{KEY}", "a recording"),
        (
            f"https://register.gotowebinar.com/recording/viewRecording/{KEY}/{KEY}/a@b.example?registrantKey=1",
            "recording",
        ),
        (f"https://register.gotowebinar.com/recording/recordingView?webinarKey={KEY}&recordingKey=1", "a recording"),
        ("https://event.gotowebinar.com/event/0f8fad5b-d9cb-469f-a165-70867728950e", "an event page"),
        ("https://example.com/webinar", "does not lead to GoTo"),
        (f"https://gotowebinar.com.evil.example/register/{KEY}", "does not lead to GoTo"),
        (f"https://notgotowebinar.com/register/{KEY}", "does not lead to GoTo"),
        (f"https://evil-gotowebinar.com/register/{KEY}", "does not lead to GoTo"),
        (f"https://attendee.gotowebinar.com@evil.example/register/{KEY}", "does not lead to GoTo"),
        (f"https://evil.example/register/{KEY}?from=gotowebinar.com", "does not lead to GoTo"),
        ("https://www.gotomeet.me/LenaExample", "own meeting room"),
        ("https://meet.goto.com/lena-example", "own meeting room"),
        ("https://support.goto.com/meeting/help", "No event can be read"),
        ("https://evilgoto.com/meeting/531727707", "does not lead to GoTo"),
        ("https://attendee.gotowebinar.com/", "No event can be read"),
        ("https://[gotowebinar.com/register/1", "No event can be read"),
        ("Ladder safety", "No event can be read"),
        ("12345678", "No event can be read"),
    ],
)
def test_what_points_to_no_event_is_told_apart(text, sentence):
    with pytest.raises(UnreadableLinkError, match=sentence):
        read_link(text)


def test_links_of_our_own_sandbox_count_when_asked():
    link = f"http://127.0.0.1:8001/register/{KEY}"
    assert EVENT == read_link(link, own_hosts=frozenset({"127.0.0.1:8001"}))
    join = "http://127.0.0.1:8001/join/531727707"
    assert meeting(join) == read_link(join, own_hosts=frozenset({"127.0.0.1:8001"}))
    for others in (frozenset(), frozenset({"127.0.0.1:8002"})):
        with pytest.raises(UnreadableLinkError, match="does not lead to GoTo"):
            read_link(link, own_hosts=others)


@given(st.text() | st.text().map("https://attendee.gotowebinar.com/".__add__) | st.text().map("http://[".__add__))
def test_whatever_is_pasted_has_one_event_or_a_sentence(text):
    try:
        found = read_link(text)
        told = [found.event_key, found.recurrence_key, found.event_number]
    except UnreadableLinkError as error:
        told = [str(error)]
    assert 1 == sum(bool(one) for one in told)
