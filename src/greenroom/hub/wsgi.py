"""The WSGI application that Granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenroom.hub.settings")
application = get_wsgi_application()
# All views are loaded now, not by the first request; and since what is loaded stays, the garbage collector need not
# look through it again and again while requests wait.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()
