"""Where a recording would play."""

from werkzeug.exceptions import NotFound

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page, message


def recording_page(core: Core, key: str) -> Page:
    recording = core.state.recordings.get(key)
    if recording is None and key not in core.state.assist_recordings:
        raise NotFound
    name = recording.name if recording is not None else "Recording of a support session"
    return message(name, "A real recording would play here. The sandbox keeps no video.")


PAGES = (("/recordings/<key>", "recording", ("GET",), recording_page),)
