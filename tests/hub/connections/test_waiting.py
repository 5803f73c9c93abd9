"""Nobody stares at a page while GoTo takes its time."""

import httpx2
import pytest

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.events.services import get_start_url
from greenroom.hub.sync.services import watch


class Hanging(httpx2.BaseTransport):
    """A GoTo that takes the question and never answers; it remembers how long it was given."""

    def __init__(self) -> None:
        self.patience: list[float] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.patience.append(request.extensions["timeout"]["read"])
        raise httpx2.ReadTimeout("nothing came", request=request)


def test_a_page_gives_a_hanging_goto_a_few_seconds(event, settings):
    settings.GOTO_TRANSPORT = hanging = Hanging()
    with pytest.raises(TemporarilyUnavailableError):
        get_start_url(event=event)
    assert [5.0, 5.0] == hanging.patience


def test_background_work_is_more_patient(event, settings):
    settings.GOTO_TRANSPORT = hanging = Hanging()
    with pytest.raises(TemporarilyUnavailableError):
        watch(connection=event.connection, product="webinar")
    assert [30.0, 30.0] == hanging.patience
