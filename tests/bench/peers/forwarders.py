"""Bare functions that forward a call and write one JSON line, on four HTTP clients: no rules, no limits, no table."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPConnection
from io import BytesIO
from typing import Any

import pycurl
import urllib3
from pyreqwest.client import SyncClientBuilder

Event = Mapping[str, Any]
Pairs = Iterable[tuple[str, str]]
Send = Callable[[str, str, list[tuple[str, str]]], tuple[int, Pairs, bytes]]
Function = Callable[[Event, Any], dict[str, Any]]

TIMEOUT = 28.0


def bare(send: Send) -> Function:
    """A function that forwards by a client's `send`: method, target and headers in; status, headers and body out."""

    def answer(event: Event, _: Any) -> dict[str, Any]:
        started = time.perf_counter()
        method, target = event["httpMethod"], event["requestContext"]["tisRawTarget"]
        sent = [(name, value) for name, values in event["multiValueHeaders"].items() for value in values]
        status, pairs, body = send(method, target, sent)
        headers: dict[str, list[str]] = {}
        for name, value in pairs:
            headers.setdefault(name, []).append(value)
        milliseconds = (time.perf_counter() - started) * 1000
        told = {"level": "INFO", "message": "request", "timestamp": time.time(), "method": method, "status": status}
        sys.stdout.write(json.dumps({**told, "milliseconds": milliseconds}) + "\n")
        return {"statusCode": status, "multiValueHeaders": headers, "body": body.decode(), "isBase64Encoded": False}

    return answer


def by_http_client(port: int) -> Send:
    """The standard library's."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def send(method: str, target: str, headers: list[tuple[str, str]]) -> tuple[int, Pairs, bytes]:
        connection.request(method, target, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    return send


def by_urllib3(port: int) -> Send:
    """urllib3, as botocore and requests use it."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, timeout=TIMEOUT)

    def send(method: str, target: str, headers: list[tuple[str, str]]) -> tuple[int, Pairs, bytes]:
        answer = pool.urlopen(method, target, headers=dict(headers), redirect=False, retries=False)
        return answer.status, answer.headers.items(), answer.data

    return send


def by_pyreqwest(port: int) -> Send:
    """Rust's reqwest."""
    client = SyncClientBuilder().build()

    def send(method: str, target: str, headers: list[tuple[str, str]]) -> tuple[int, Pairs, bytes]:
        answer = client.request(method, f"http://127.0.0.1:{port}{target}").headers(headers).build().send()
        return answer.status, list(answer.headers.items()), bytes(answer.bytes())

    return send


def by_pycurl(port: int) -> Send:
    """libcurl."""
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, f"http://127.0.0.1:{port}/")
    curl.setopt(pycurl.TIMEOUT_MS, int(TIMEOUT * 1000))
    curl.setopt(pycurl.NOSIGNAL, 1)

    def send(method: str, target: str, headers: list[tuple[str, str]]) -> tuple[int, Pairs, bytes]:
        lines: list[bytes] = []
        body = BytesIO()
        curl.setopt(pycurl.CUSTOMREQUEST, method)
        curl.setopt(pycurl.REQUEST_TARGET, target)
        curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers])
        curl.setopt(pycurl.HEADERFUNCTION, lines.append)
        curl.setopt(pycurl.WRITEDATA, body)
        curl.perform()
        parts = (line.decode("latin-1").partition(":") for line in lines[1:-1])
        return curl.getinfo(pycurl.RESPONSE_CODE), ((name, value.strip()) for name, _, value in parts), body.getvalue()

    return send


CLIENTS: dict[str, Callable[[int], Send]] = {
    "http.client": by_http_client,
    "pycurl": by_pycurl,
    "pyreqwest": by_pyreqwest,
    "urllib3": by_urllib3,
}
