"""Tokens kept in a file or by callbacks, for threads and processes."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.goto import children
from tests.goto.fakes import INVALID_TOKEN, FakeGoTo, answer, later

from greenroom.goto import (
    CallbackTokenStore,
    FileTokenStore,
    OAuth,
    OAuthClient,
    ReconnectRequiredError,
    Token,
    training,
)
from greenroom.goto._files import FileLock

OLD = Token(access_token="old", refresh_token="r1", scope="collab:", principal="olga@example.com")


@pytest.fixture
def store(tmp_path: Path) -> FileTokenStore:
    store = FileTokenStore(tmp_path / "folder" / "token.json")
    store.save(OLD)
    return store


def test_a_saved_token_is_loaded_whole(store: FileTokenStore) -> None:
    token = Token(access_token="new", refresh_token="r2", expires_at=later(60))
    store.save(token)

    assert token == store.load()


def test_the_file_and_its_folder_are_the_owners_alone(store: FileTokenStore, tmp_path: Path) -> None:
    with store.exclusive():
        pass
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}

    assert modes == {"folder": 0o700, "token.json": 0o600, "token.json.lock": 0o600}


def test_a_failed_save_leaves_the_old_token_and_no_rest(
    store: FileTokenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        store.save(Token(access_token="new"))

    assert store.load() == OLD
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["token.json"]


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b'{"access_token": 5}', b"\xff"])
def test_without_a_readable_token_a_person_must_sign_in(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "token.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ReconnectRequiredError):
        FileTokenStore(path).load()


def test_deleting_forgets_the_token(store: FileTokenStore) -> None:
    store.delete()
    store.delete()

    with pytest.raises(ReconnectRequiredError):
        store.load()


def test_a_refreshed_token_is_in_the_file(connect, store: FileTokenStore) -> None:
    fake = FakeGoTo(
        answer(403, INVALID_TOKEN), answer(200, {"access_token": "new", "expires_in": 3600}), answer(200, [])
    )

    connect(fake, OAuth(OAuthClient("an-id"), store)).send(training.get_all_trainings("1"))

    assert (store.load().access_token, store.load().refresh_token) == ("new", "r1")


def test_callbacks_load_and_save(connect) -> None:
    kept = [OLD]
    fake = FakeGoTo(answer(403, INVALID_TOKEN), answer(200, {"access_token": "new"}), answer(200, []))

    store = CallbackTokenStore(lambda: kept[-1], kept.append)
    connect(fake, OAuth(OAuthClient("an-id"), store)).send(training.get_all_trainings("1"))

    assert [token.access_token for token in kept] == ["old", "new"]


def test_callbacks_may_bring_a_lock_of_their_own(connect) -> None:
    entered: list[str] = []

    @contextmanager
    def row_lock() -> Iterator[None]:
        entered.append("in")
        yield
        entered.append("out")

    fake = FakeGoTo(answer(401), answer(200, {"access_token": "new"}), answer(200, []))
    store = CallbackTokenStore(lambda: OLD, lambda token: entered.append("save"), row_lock)
    connect(fake, OAuth(OAuthClient("an-id"), store)).send(training.get_all_trainings("1"))

    assert entered == ["in", "save", "out"]


def test_threads_take_turns_at_a_files_lock(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with FileLock(tmp_path / "l"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]


class Gate(ThreadingHTTPServer):
    """A GoTo on loopback that knows one access token and makes the next at a refresh."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.valid = "none yet"
        self.refreshed_with: list[str] = []
        self.served = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Gate

    def log_message(self, *args: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        with self.server.lock:
            known = self.headers["authorization"] == f"Bearer {self.server.valid}"
            self.server.served += known
        self._answer(200 if known else 403, [] if known else INVALID_TOKEN)

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["content-length"])).decode()
        with self.server.lock:
            self.server.refreshed_with.append(form)
            number = len(self.server.refreshed_with)
            self.server.valid = f"fresh-{number}"
        # A used-up refresh token, as GoTo's older servers had it: a second refresh could only fail.
        body = {"access_token": self.server.valid, "refresh_token": f"r{number + 1}", "expires_in": 3600}
        self._answer(200 if "refresh_token=r1" in form else 400, body if number == 1 else {"error": "invalid_grant"})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    thread = threading.Thread(target=gate.serve_forever)
    thread.start()
    yield gate
    gate.shutdown()
    thread.join()
    gate.server_close()


def test_eight_processes_with_a_refused_token_refresh_it_once(gate: Gate, store: FileTokenStore) -> None:
    path = str(store._path)

    children.run_together([children.start("call", gate.url, path) for _ in range(8)])

    assert len(gate.refreshed_with) == 1
    assert gate.served == 8
    assert (store.load().access_token, store.load().refresh_token) == ("fresh-1", "r2")
