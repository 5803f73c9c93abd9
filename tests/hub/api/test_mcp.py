"""Programs that speak the Model Context Protocol find the operations as tools, whichever release of it they speak."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from typing import Any

import httpx2
import pytest
from django.test import Client as Browser
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.registry import list_operations
from greenroom.hub.users.api_keys import create_key

MODERN, LEGACY = "2026-07-28", "2025-11-25"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class InProcess(httpx2.AsyncBaseTransport):
    """Hands calls over to the test's own thread, whose database is the one that is filled."""

    def __init__(self) -> None:
        self.calls: Queue[tuple[httpx2.Request, Future[httpx2.Response]] | None] = Queue()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer: Future[httpx2.Response] = Future()
        self.calls.put((request, answer))
        return await asyncio.wrap_future(answer)

    def serve(self) -> None:
        """Answer calls until there is None."""
        for request, answer in iter(self.calls.get, None):
            answer.set_result(_answer(request))


def _answer(request: httpx2.Request) -> httpx2.Response:
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    kind = headers.pop("content-type", "")
    answer = Browser().generic(request.method, request.url.path, request.content, content_type=kind, headers=headers)
    return httpx2.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


@pytest.fixture
def converse(key) -> Callable[..., Any]:
    """Run something with a foreign client that is connected with Ada's key."""

    def run(talk: Callable[[Client], Awaitable[Any]], *, mode: str = "auto", key: str = key) -> Any:
        carrier = InProcess()

        async def connect() -> Any:
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx2.AsyncClient(transport=carrier, headers=headers) as http:
                transport = streamable_http_client("http://testserver/mcp", http_client=http)
                async with Client(transport, mode=mode) as client:
                    return await talk(client)

        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(lambda: asyncio.run(connect()))
            told.add_done_callback(lambda _: carrier.calls.put(None))
            carrier.serve()
            return told.result()

    return run


@pytest.fixture
def training(world, pull):
    return pull(world.schedule_training(), "training")


@pytest.fixture
def post(key):
    """Send a message as it is."""

    def send(method: str, params: dict[str, Any] | None = None, *, key: str = key, raw: bytes | None = None, **headers):
        message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {"_meta": META, **(params or {})}}
        said = {"mcp-protocol-version": MODERN, "mcp-method": method}
        if params and "name" in params:
            said["mcp-name"] = params["name"]
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return Browser().generic(
            "POST",
            "/mcp",
            json.dumps(message) if raw is None else raw,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}", **{name: value for name, value in said.items() if value}},
        )

    return send


@pytest.mark.parametrize(("mode", "version"), [("auto", MODERN), (MODERN, MODERN), ("legacy", LEGACY)])
def test_a_foreign_client_finds_and_calls_tools(converse, training, mode, version):
    async def talk(client: Client) -> Any:
        listed = await client.list_tools()
        called = await client.call_tool("GetTraining", {"trainingid": training.event_key})
        return client.protocol_version, listed, called

    spoken, listed, called = converse(talk, mode=mode)
    assert version == spoken
    assert [one.operation_id for one in list_operations()] == [tool.name for tool in listed.tools]
    assert not called.is_error
    assert training.event_key == called.structured_content["trainingKey"]
    assert called.structured_content == json.loads(called.content[0].text)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_foreign_client_is_told_what_is_wrong(converse, world, mode):
    async def talk(client: Client) -> Any:
        return [
            await client.call_tool("GetTraining", arguments)
            for arguments in ({"trainingid": "1"}, {}, {"trainingid": 1})
        ]

    unknown, missing, wrong = converse(talk, mode=mode)
    assert unknown.is_error
    assert "nine-digit id" in unknown.content[0].text
    assert missing.is_error
    assert "/trainingid: This is needed." in missing.content[0].text
    assert wrong.is_error
    assert "/trainingid" in wrong.content[0].text


def test_a_key_does_only_what_it_was_made_for(converse, ada, training):
    hooks = create_key(user=ada, name="A", verbs=[Verb.HOOKS], connection_ids=None)[1]

    async def talk(client: Client) -> Any:
        return await client.call_tool("GetTraining", {"trainingid": training.event_key})

    told = converse(talk, key=hooks)
    assert told.is_error
    assert "was not made to read" in told.content[0].text


def test_a_key_touches_only_its_accounts(converse, ada, training):
    other = create_key(user=ada, name="A", verbs=list(Verb), connection_ids=[training.connection_id + 1])[1]

    async def talk(client: Client) -> Any:
        return await client.call_tool("GetTraining", {"trainingid": training.event_key})

    assert converse(talk, key=other).is_error


def tools_of(post) -> list[dict[str, Any]]:
    return json.loads(post("tools/list").content)["result"]["tools"]


def test_tools_say_whether_they_change_anything(post):
    for tool, operation in zip(tools_of(post), list_operations(), strict=True):
        assert (operation.method == "GET") == tool["annotations"]["readOnlyHint"]
        if operation.method == "DELETE":
            assert tool["annotations"]["destructiveHint"]


def test_schemas_of_tools_are_whole(post):
    for tool in tools_of(post):
        for name in ("inputSchema", "outputSchema"):
            if name in tool:
                assert "object" == tool[name]["type"]
                Draft202012Validator.check_schema(tool[name])
                # Would fail on a reference to what is not there.
                Draft202012Validator(tool[name]).is_valid({})


def test_an_answer_is_what_the_tool_says(post, training):
    tools = {tool["name"]: tool for tool in tools_of(post)}
    answer = post("tools/call", {"name": "GetTraining", "arguments": {"trainingid": training.event_key}})
    told = json.loads(answer.content)["result"]["structuredContent"]
    Draft202012Validator(tools["GetTraining"]["outputSchema"]).validate(told)


def test_every_result_says_that_it_is_whole_and_from_whom(post):
    for method in ("server/discover", "tools/list"):
        result = json.loads(post(method).content)["result"]
        assert "complete" == result["resultType"]
        assert "greenroom" == result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"]
        assert result["ttlMs"] > 0


def test_without_a_key_nothing_is_told(db):
    answer = Browser().post("/mcp", {}, content_type="application/json")
    assert 401 == answer.status_code
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"mcp_method": "tools/call"}, -32020),
        ({"mcp_method": ""}, -32020),
        ({"mcp_protocol_version": LEGACY}, -32020),
    ],
)
def test_headers_that_say_something_else_are_refused(post, headers, code):
    answer = post("tools/list", **headers)
    assert (400, code, 7) == (answer.status_code, *told_error(answer))


def told_error(answer) -> tuple[int, Any]:
    document = json.loads(answer.content)
    return document["error"]["code"], document.get("id")


def test_the_name_of_a_tool_is_compared_too(post):
    answer = post("tools/call", {"name": "GetTraining", "arguments": {}}, mcp_name="GetMe")
    assert (400, -32020) == (answer.status_code, told_error(answer)[0])
    encoded = post("tools/call", {"name": "GetTraining", "arguments": {}}, mcp_name="=?base64?R2V0VHJhaW5pbmc=?=")
    assert 200 == encoded.status_code


def test_another_version_is_told_what_is_spoken(post):
    meta = {**META, "io.modelcontextprotocol/protocolVersion": "1900-01-01"}
    answer = post("tools/list", {"_meta": meta}, mcp_protocol_version="1900-01-01")
    assert (400, -32022) == (answer.status_code, told_error(answer)[0])
    data = json.loads(answer.content)["error"]["data"]
    assert "1900-01-01" == data["requested"]
    assert {MODERN, LEGACY} <= set(data["supported"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", -32700),
        (b'{"a": 1, "a": 2}', -32700),
        (b"[]", -32700),
        (b"{}", -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 7, "method": 5}', -32600),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": []}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {"_meta": 5}}', -32602),
    ],
)
def test_what_is_no_message_is_refused(post, raw, code):
    answer = post("tools/list", raw=raw)
    assert (400, code) == (answer.status_code, told_error(answer)[0])


def test_an_unknown_method_and_an_unknown_tool_are_told_apart(post):
    assert (404, -32601) == (post("tools/forget").status_code, told_error(post("tools/forget"))[0])
    unknown = post("tools/call", {"name": "Forget", "arguments": {}})
    assert -32602 == told_error(unknown)[0]
    assert -32602 == told_error(post("tools/call", {"name": "GetMe", "arguments": []}))[0]


def test_a_notification_is_taken_and_not_answered(post):
    raw = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'
    answer = post("notifications/initialized", raw=raw, mcp_protocol_version=LEGACY)
    assert (202, b"") == (answer.status_code, answer.content)


def test_pages_of_other_sites_may_not_call(post):
    assert 403 == post("tools/list", origin="https://evil.example.com").status_code
    assert 200 == post("tools/list", origin="http://testserver").status_code


def test_nothing_but_post_is_taken(key):
    answer = Browser().get("/mcp", headers={"authorization": f"Bearer {key}"})
    assert (405, "POST") == (answer.status_code, answer["Allow"])


def test_calls_count_like_all_others(post):
    assert "r=99" in post("tools/list")["RateLimit"]
    assert "r=98" in post("tools/list")["RateLimit"]
