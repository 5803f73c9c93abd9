"""Where a recording would play, and a file to download."""

from io import BytesIO

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page

# A container of MPEG-4 with nothing to see: programs can try downloads with it, also in pieces.
FILE_BYTES = 256 * 1024
_HEAD = bytes.fromhex("00000018") + b"ftypisom" + bytes.fromhex("00000200") + b"isommp42"


def _name(core: Core, key: str) -> str:
    recording = core.state.recordings.get(key)
    if recording is None and key not in core.state.assist_recordings:
        raise NotFound
    return recording.name if recording is not None else "Recording of a support session"


def recording_page(core: Core, key: str) -> Page:
    """Tell a person in a browser what is not here; a program gets the file."""
    name = _name(core, key)
    if "text/html" not in flask.request.headers.get("Accept", ""):
        return recording_file(core, key)
    return flask.render_template("recording.html", name=name, key=key)


def recording_file(core: Core, key: str) -> Page:
    """A file of the kind a recording is, whatever the recording; ranges of it can be asked for."""
    _name(core, key)
    filler = FILE_BYTES - len(_HEAD)
    content = _HEAD + filler.to_bytes(4, "big") + b"free" + bytes(filler - 8)
    return flask.send_file(
        BytesIO(content), mimetype="video/mp4", as_attachment=True, download_name=f"{key}.mp4", conditional=True
    )


PAGES = (
    ("/recordings/<key>", "recording", ("GET",), recording_page),
    ("/recordings/<key>/download", "recording_file", ("GET",), recording_file),
)
