"""Servers on this machine that are called: some answer as they should, others do what must not hurt us."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Call:
    """What was sent to a receiver."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with `status` and `headers`, or, when there are some, with the next of `statuses`."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    statuses: list[int] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [call.headers["webhook-id"] for call in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a receiver that keeps what it is sent."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.calls.append(Call(self.command, self.path, headers, body))
            status = receiver.statuses.pop(0) if receiver.statuses else receiver.status
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def do_POST(self) -> None:
            self._take()

        def do_OPTIONS(self) -> None:
            self._take()

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield receiver
        finally:
            server.shutdown()


@contextmanager
def speaking(*parts: bytes, endless: bytes = b"", pause: float = 0) -> Iterator[str]:
    """
    Serve raw bytes to whoever connects, and yield the address.

    Args:
        endless: said again and again until the other side leaves.
        pause: seconds between the parts.
    """
    stop = threading.Event()

    def serve(server: socket.socket) -> None:
        while not stop.is_set():
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=speak, args=[client], daemon=True).start()

    def speak(client: socket.socket) -> None:
        with client:
            try:
                client.recv(65536)
                for part in parts:
                    client.sendall(part)
                    time.sleep(pause)
                while endless and not stop.is_set():
                    client.sendall(endless)
                    time.sleep(pause)
                if not parts and not endless:
                    stop.wait()
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=[server], daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
