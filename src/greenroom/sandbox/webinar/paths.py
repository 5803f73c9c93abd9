"""Paths and query parameters that several operations share."""

RANGE = ("fromTime", "toTime")
# The size of a page is `limit` in some calls and `size` in others; GoTo ignores the other one in silence (documented).
BOTH_SIZES = ("page", "size", "limit")
OF_ORGANIZER = "/organizers/{organizerKey}"
WEBINAR = "/organizers/{organizerKey}/webinars/{webinarKey}"
SESSION = WEBINAR + "/sessions/{sessionKey}"
