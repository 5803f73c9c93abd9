"""Forms as visitors meet them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.factories.forms import LENA, make_form, send
from tests.hub.world import World

from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import Submission, WebForm
from greenroom.hub.webforms.tokens import sign_shown


@pytest.fixture
def form(ada: User, event: Event) -> WebForm:
    """A published form that registers for Olga's webinar."""
    return make_form(ada, event=event)


@pytest.fixture
def visit(world: World) -> Callable[..., Submission]:
    """Open a form, fill it in for a minute, and send it."""

    def visit(form: WebForm, answers: Mapping[str, Any] = LENA, **more: Any) -> Submission:
        shown = sign_shown(form.pk)
        world.advance(minutes=1)
        return send(form, answers, shown=shown, **more)

    return visit
