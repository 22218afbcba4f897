"""The fault proxy, in front of a server that answers each line with the same line."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Fault, Proxy, proxy_to


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A reset connection is what these tests are about."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        with proxy_to("127.0.0.1", server.server_address[1]) as started:
            yield started
        server.shutdown()
        thread.join(5)


def connect(proxy: Proxy, timeout: float = 5.0) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), timeout)


def said_back(connection: socket.socket, text: bytes = b"hello\n") -> bytes:
    connection.sendall(text)
    received = b""
    while not received.endswith(b"\n"):
        received += connection.recv(4096)
    return received


def test_pass_lets_bytes_and_the_end_through(proxy: Proxy) -> None:
    long = b"x" * 1_000_000 + b"\n"
    with connect(proxy) as connection:
        assert said_back(connection) == b"hello\n"
        assert said_back(connection, long) == long
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert proxy.accepted == 1


def test_delay_holds_answers_back(proxy: Proxy) -> None:
    proxy.switch(Fault.DELAY, seconds=0.2)
    with connect(proxy) as connection:
        began = time.monotonic()
        assert said_back(connection) == b"hello\n"
        assert time.monotonic() - began >= 0.2


def test_refuse_is_not_there_until_it_is_switched_back(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert said_back(connection) == b"hello\n"
        proxy.switch(Fault.REFUSE)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.switch(Fault.PASS)
    with connect(proxy) as connection:
        assert said_back(connection) == b"hello\n"


def test_reset_ends_open_and_new_connections(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert said_back(connection) == b"hello\n"
        proxy.switch(Fault.RESET)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with connect(proxy) as connection, pytest.raises(ConnectionResetError):
        said_back(connection)
    proxy.switch(Fault.PASS)
    with connect(proxy) as connection:
        assert said_back(connection) == b"hello\n"


def test_blackhole_says_nothing_until_it_is_switched_back(proxy: Proxy) -> None:
    proxy.switch(Fault.BLACKHOLE)
    with connect(proxy, timeout=0.2) as connection:
        connection.sendall(b"hello\n")
        with pytest.raises(TimeoutError):
            connection.recv(1)
        proxy.switch(Fault.PASS)
        connection.settimeout(5)
        assert connection.recv(4096) == b"hello\n"


def test_a_server_that_is_gone_resets() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, so nobody else's, but not listening
        port = taken.getsockname()[1]
        with proxy_to("127.0.0.1", port) as proxy, connect(proxy) as connection, pytest.raises(ConnectionResetError):
            said_back(connection)
