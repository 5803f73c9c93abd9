"""
The client of the GoTo APIs: operations are values, two thin drivers send them.

    from greenroom.goto import GoTo, training

    with GoTo(token) as goto:
        for training_ in goto.iterate(training.get_all_trainings(organizer_key)):
            ...
"""

from collections.abc import Mapping
from types import MappingProxyType

from greenroom.goto import admin, assist, errors, meeting, scim, seeit, training, webhooks, webinar
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
from greenroom.goto._auth_servers import AsyncAuthServer, AuthServer
from greenroom.goto._drivers import BASE_URL, AsyncGoTo, Fetched, GoTo
from greenroom.goto._operation import Answer, Endpoint, Operation, Redirect
from greenroom.goto._pacing import Limiter, PacedLimiter
from greenroom.goto._paging import Content, Data, Hal, Offset, Page
from greenroom.goto._retry import RetryPolicy, Stop, Wait
from greenroom.goto._runners import Timeouts
from greenroom.goto._shared_pacing import (
    FileSlotStore,
    MemorySlotStore,
    SharedLimiter,
    Slots,
    SlotStore,
)
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

# Every operation there is, by product and name: `training.get_training`.
OPERATIONS: Mapping[str, Endpoint] = MappingProxyType(
    {
        f"{endpoint.product}.{endpoint.name}": endpoint
        for product in (webinar, training, meeting, scim, admin, assist, seeit)
        for endpoint in product.CATALOG
    }
)

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
