"""The stand-in on the wire, and as a command."""

import gzip
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.legacy.running import Running
from tests.unit.legacy.asking import ask, token


def exchange(port: int, sent: bytes, until: bytes) -> bytes:
    """What comes back for some bytes, up to some others."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        received = b""
        while until not in received:
            received += connection.recv(65536) or pytest.fail(f"ended after {received!r}")
        return received


def test_the_wire(legacy: Running) -> None:
    head = exchange(legacy.port, b"HEAD /tcs/api/people HTTP/1.1\r\nHost: h\r\n\r\n", b"\r\n\r\n")
    assert b"Content-Length: 3\r\n" in head
    assert head.endswith(b"\r\n\r\n")
    expecting = b"POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert exchange(legacy.port, expecting, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert exchange(legacy.port, b"nonsense\r\n\r\n", b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    chunked = b"POST /y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert exchange(legacy.port, chunked, b"\r\n\r\n").startswith(b"HTTP/1.1 404 ")
    assert legacy.requests()[-1]["bodyLength"] == 3


def test_long_answers_are_compressed_for_those_who_ask(legacy: Running) -> None:
    plain = ask(legacy, "/reference/api/trusts")
    connection = HTTPConnection("127.0.0.1", legacy.port, timeout=5)
    headers = {"Authorization": f"Bearer {token('jo')}", "Accept-Encoding": "gzip"}
    connection.request("GET", "/reference/api/trusts", headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(content).decode() == plain.body


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(holds: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_command_serves_says_nothing_and_stops_on_sigterm() -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.legacy", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        wait_until(lambda: is_open(port))
        busy = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert busy.returncode == 1
        assert "Give another --port" in busy.stderr
        assert "Traceback" not in busy.stderr
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10)[0] == b""
        assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_the_command_ends_with_its_parent() -> None:
    port = free_port()
    starter = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
    command = [sys.executable, "-m", "tests.legacy", "--port", str(port), "--with-parent"]
    with subprocess.Popen([sys.executable, "-c", starter, *command]) as parent:
        wait_until(lambda: is_open(port))
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(timeout=10)
        wait_until(lambda: not is_open(port))
