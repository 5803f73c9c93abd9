"""Sphinx's settings. Pages are Markdown (MyST); what is generated is made from the code at build time."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1]))

from _generate import fill_placeholders, generated_pages

from greenroom import __version__

project = "Greenroom"
copyright = "the Greenroom authors"
version = release = __version__
language = "en"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["images"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "alabaster"
html_title = "Greenroom"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme_options = {
    "description": "The hub between GoTo live events and the people who teach with them.",
    "page_width": "1100px",
    "fixed_sidebar": False,
}
html_show_sphinx = False


def setup(app):
    """Fill the generated parts of pages in while they are read, in every build anew."""
    app.connect("env-get-outdated", generated_pages)
    app.connect("source-read", fill_placeholders)
    return {"parallel_read_safe": True}
