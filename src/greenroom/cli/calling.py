"""The command that sends one operation to GoTo."""

import difflib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec
import typer

from greenroom.cli import arguments, login
from greenroom.cli.progress import bar
from greenroom.cli.setup import fail
from greenroom.cli.tables import Format, show

if TYPE_CHECKING:
    from greenroom.goto import Endpoint, GoTo, GotoError, Operation

_PAGE_PARAMS = ("page", "offset")

# What a person can do about an error, by its code.
_ADVICE = {
    "authentication": "Sign in again with greenroom login; a token given with --token lasts an hour.",
    "reconnect_required": "Sign in again with greenroom login.",
    "permission_denied": "Use the keys that greenroom call admin get_me tells, or sign in as an administrator.",
    "not_found": "Check the keys.",
    "rate_limit": "Wait before the next call; GoTo allows ten in a second.",
    "transport": "Check the connection, and the address where GREENROOM_GOTO_API_URL or --base-url is given.",
    "timeout": "Try again in a while.",
    "server": "Try again in a while.",
}


def complete_product(incomplete: str) -> list[str]:
    """Name the products that begin so."""
    return [name for name in _products() if name.startswith(incomplete)]


def complete_operation(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Name the operations of the chosen product that begin so, and say what they do."""
    product, _ = _chosen(ctx)
    return [(one.name, _summary(one)) for one in _endpoints(product) if one.name.startswith(incomplete)]


def complete_param(ctx: typer.Context, incomplete: str) -> list[str]:
    """Name the parameters of the chosen operation that begin so and are not given yet."""
    product, operation = _chosen(ctx)
    found = [one for one in _endpoints(product) if one.name == operation]
    return [text for one in found for text in arguments.complete_param(one, ctx.params.get("param") or (), incomplete)]


def _chosen(ctx: typer.Context) -> tuple[str, str]:
    """Find product and operation; behind an option that waits for its value they are not read as such yet."""
    named = (ctx.params.get("product") or "", ctx.params.get("operation") or "")
    product, operation, *_ = named if named[0] else (*ctx.args, "", "")
    return product, operation


def call(
    product: Annotated[
        str,
        typer.Argument(
            help="webinar, training, meeting, assist, seeit, scim or admin.", autocompletion=complete_product
        ),
    ],
    operation: Annotated[
        str,
        typer.Argument(help="Such as get_all_trainings; without it, what there is.", autocompletion=complete_operation),
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE; may be repeated. Values with parts as JSON.", autocompletion=complete_param),
    ] = None,
    body: Annotated[
        str | None, typer.Option("--json", help="The body as GoTo documents it; @FILE reads a file, - standard input.")
    ] = None,
    format: Annotated[Format | None, typer.Option(help="How to show the answer; json when left out.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Show a table with this column; may be repeated.", show_default=False)
    ] = None,
    token: Annotated[
        str, typer.Option(envvar="GREENROOM_GOTO_TOKEN", help="An access token; without it, that of greenroom login.")
    ] = "",
    base_url: Annotated[str | None, typer.Option(envvar="GREENROOM_GOTO_API_URL", help="Where the APIs are.")] = None,
) -> None:
    """
    Send an operation and print what GoTo answers, as JSON or as a table.

    Lists that GoTo pages come whole, unless a page or an offset is given. organizer_key and account_key are those of
    greenroom login where they are left out.
    """
    from greenroom import goto

    if not _endpoints(product):
        fail(f"There is no product {product}. Known are: {', '.join(_products())}.")
    if not operation:
        return _list_operations(product)
    endpoint = goto.OPERATIONS.get(f"{product}.{operation}")
    if endpoint is None:
        _fail_unknown(product, operation)
    wanted = arguments.build(endpoint, param or [], body, {} if token else _own_keys())
    is_whole = endpoint.paging is not None and not any(name in wanted.query for name in _PAGE_PARAMS)
    try:
        with _client(token, base_url) as client:
            answer = _all_pages(client, wanted) if is_whole else client.send(wanted)
    except goto.GotoError as error:
        fail(_sentence(error))
    show(_plain(answer), format or (Format.TABLE if column else Format.JSON), column or [])
    return None


def _endpoints(product: str) -> "list[Endpoint]":
    from greenroom.goto import OPERATIONS

    return [endpoint for endpoint in OPERATIONS.values() if endpoint.product == product]


def _products() -> list[str]:
    from greenroom.goto import OPERATIONS

    return list(dict.fromkeys(endpoint.product for endpoint in OPERATIONS.values()))


def _fail_unknown(product: str, operation: str) -> NoReturn:
    """Say what is like an operation that there is not, or where to see them all."""
    like = difflib.get_close_matches(operation, [one.name for one in _endpoints(product)])
    hint = f"Near it are: {', '.join(like)}." if like else f"List them with: greenroom call {product}"
    fail(f"There is no operation {product}.{operation}. {hint}")


def _summary(endpoint: "Endpoint") -> str:
    """Take the first sentence of an operation's documentation."""
    return (inspect.getdoc(arguments.function_of(endpoint)) or "").partition("\n")[0]


def _list_operations(product: str) -> None:
    """Say what can be called, and how."""
    for endpoint in _endpoints(product):
        told = [n if p.default is p.empty else f"[{n}]" for n, p in arguments.parameters_of(endpoint).items()]
        typer.echo(f"{endpoint.name} {' '.join(told)}\n    {_summary(endpoint)}")


def _own_keys() -> Mapping[str, str]:
    """Give the keys of whoever signed in, by the names of the parameters they are for."""
    profile = login.kept_profile()
    keys = {} if profile is None else {"organizer_key": profile.organizer_key, "account_key": profile.account_key}
    return {name: key for name, key in keys.items() if key}


def _client(token: str, base_url: str | None) -> "GoTo":
    """Make a client with the given token, or with that of the last sign-in."""
    from greenroom import goto

    if token:
        try:
            return goto.GoTo(token, base_url=base_url or goto.BASE_URL, limiter=goto.PacedLimiter())
        except ValueError as error:
            fail(f"This is {error}.")
    profile = login.kept_profile()
    if profile is None:
        fail("Sign in with greenroom login, or give an access token with --token or GREENROOM_GOTO_TOKEN.")
    return goto.GoTo(
        profile.auth(),
        base_url=base_url or profile.base_url,
        auth_url=profile.auth_url,
        limiter=goto.SharedLimiter(goto.FileSlotStore(login.config_dir() / "pace"), profile.client_id),
    )


def _sentence(error: "GotoError") -> str:
    """Say what went wrong, and what to do."""
    return f"{error.code}: {error} {_ADVICE.get(error.code, '')}".rstrip()


def _all_pages(client: "GoTo", operation: "Operation[Any]") -> list[Any]:
    """Fetch a list whole, showing how far it is on a terminal."""
    items: list[Any] = []
    with bar(operation.name) as show_progress:
        for page in client.pages(operation):
            items.extend(page.items)
            show_progress(len(items), page.total)
    return items


def _plain(answer: Any) -> Any:
    """Turn an answer into JSON's kinds of value, members named as GoTo names them."""
    from greenroom.goto import Page

    return msgspec.json.decode(msgspec.json.encode(list(answer) if isinstance(answer, Page) else answer, enc_hook=str))
