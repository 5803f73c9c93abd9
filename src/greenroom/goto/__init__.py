"""
The client of the GoTo APIs: operations are values, two thin drivers send them.

    from greenroom.goto import GoTo, training

    with GoTo(token) as goto:
        for training_ in goto.iterate(training.get_all_trainings(organizer_key)):
            ...

What sends, and each product, is loaded when it is first asked for: a program that only checks a webhook's signature
does not wait for the HTTP library, and none waits for products it has no use for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from greenroom.goto import errors
from greenroom.goto._auth import (
    AUTH_URL,
    BearerToken,
    MemoryTokenStore,
    OAuth,
    OAuthClient,
    Token,
    TokenStore,
    new_code_verifier,
    new_state,
    read_callback,
)
from greenroom.goto._operation import Answer, Endpoint, Operation, Redirect
from greenroom.goto._pacing import Limiter, PacedLimiter
from greenroom.goto._paging import Content, Data, Hal, Offset, Page
from greenroom.goto._retry import RetryPolicy, Stop, Wait
from greenroom.goto._shared_pacing import (
    FileSlotStore,
    MemorySlotStore,
    SharedLimiter,
    Slots,
    SlotStore,
)
from greenroom.goto._sifting import UnreadableRow
from greenroom.goto._stores import CallbackTokenStore, FileTokenStore
from greenroom.goto._types import parse_time, write_time
from greenroom.goto.errors import (
    ApiError,
    AuthenticationError,
    AuthorizationRefusedError,
    BadRequestError,
    ConflictError,
    DailyBudgetError,
    GotoError,
    PermissionDeniedError,
    RateLimitError,
    ReconnectRequiredError,
    RequestTimeoutError,
    ResourceNotFoundError,
    ServerError,
    TransportError,
    UnexpectedResponseError,
    WebhookSignatureError,
)

if TYPE_CHECKING:
    from greenroom.goto import admin, assist, meeting, scim, seeit, training, webhooks, webinar
    from greenroom.goto._auth_servers import AsyncAuthServer, AuthServer
    from greenroom.goto._catalog import OPERATIONS
    from greenroom.goto._drivers import BASE_URL, AsyncGoTo, Fetched, GoTo
    from greenroom.goto._runners import Timeouts
else:
    # The same for the interpreter: modules, and names by the module they are in.
    _MODULES = {"admin", "assist", "meeting", "scim", "seeit", "training", "webhooks", "webinar"}
    _HOMES = {
        "AsyncAuthServer": "_auth_servers",
        "AsyncGoTo": "_drivers",
        "AuthServer": "_auth_servers",
        "BASE_URL": "_drivers",
        "Fetched": "_drivers",
        "GoTo": "_drivers",
        "OPERATIONS": "_catalog",
        "Timeouts": "_runners",
    }

    def __getattr__(name: str) -> object:
        """Load what is asked for the first time, and keep it."""
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """Name what is not loaded yet, too: shells complete by it."""
        return sorted({*globals(), *__all__})


__all__ = [
    "AUTH_URL",
    "BASE_URL",
    "OPERATIONS",
    "Answer",
    "ApiError",
    "AsyncAuthServer",
    "AsyncGoTo",
    "AuthServer",
    "AuthenticationError",
    "AuthorizationRefusedError",
    "BadRequestError",
    "BearerToken",
    "CallbackTokenStore",
    "ConflictError",
    "Content",
    "DailyBudgetError",
    "Data",
    "Endpoint",
    "Fetched",
    "FileSlotStore",
    "FileTokenStore",
    "GoTo",
    "GotoError",
    "Hal",
    "Limiter",
    "MemorySlotStore",
    "MemoryTokenStore",
    "OAuth",
    "OAuthClient",
    "Offset",
    "Operation",
    "PacedLimiter",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "ReconnectRequiredError",
    "Redirect",
    "RequestTimeoutError",
    "ResourceNotFoundError",
    "RetryPolicy",
    "ServerError",
    "SharedLimiter",
    "SlotStore",
    "Slots",
    "Stop",
    "Timeouts",
    "Token",
    "TokenStore",
    "TransportError",
    "UnexpectedResponseError",
    "UnreadableRow",
    "Wait",
    "WebhookSignatureError",
    "admin",
    "assist",
    "errors",
    "meeting",
    "new_code_verifier",
    "new_state",
    "parse_time",
    "read_callback",
    "scim",
    "seeit",
    "training",
    "webhooks",
    "webinar",
    "write_time",
]
