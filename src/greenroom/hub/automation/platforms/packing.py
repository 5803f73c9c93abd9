"""Files into a zip, the same bytes whenever the files are the same."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

_MOMENT = (2026, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files by their paths."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, _MOMENT), files[path], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def as_json(document: Any) -> bytes:
    """Return a document as people read it."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
