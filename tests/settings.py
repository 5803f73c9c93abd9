"""The hub's settings for tests: its own data directory, the sandbox in process as GoTo, and no waiting."""

import os
import tempfile

if "GREENROOM_DATA_DIR" not in os.environ:
    # Gone when the process that made it ends; those it starts use the same one.
    directory = tempfile.TemporaryDirectory(prefix="greenroom-test-")
    os.environ["GREENROOM_DATA_DIR"] = directory.name
os.environ.setdefault("GREENROOM_LOG_LEVEL", "ERROR")
os.environ["GREENROOM_PUBLIC_URL"] = "http://testserver"
os.environ["GREENROOM_GOTO_API_URL"] = os.environ["GREENROOM_GOTO_AUTH_URL"] = "http://goto.test"
os.environ["GREENROOM_GOTO_CLIENT_ID"] = "greenroom-demo"
os.environ["GREENROOM_GOTO_CLIENT_SECRET"] = "greenroom-demo-secret"
os.environ["GREENROOM_GOTO_CALLS_PER_SECOND"] = "1000000"
os.environ["GREENROOM_WEBHOOKS"] = "off"  # those that are about them turn them on

from greenroom.hub.settings import *  # noqa: F403

if "GREENROOM_DATABASE_URL" not in os.environ:
    DATABASES["default"]["NAME"] = ":memory:"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
WEBHOOKS_GATHERED_FOR = timedelta(0)  # noqa: F405
