"""One upstream over kept-alive connections, by libcurl: what is sent and what comes back is to the byte.

Which client, and on what figures: docs/adr/0002.
"""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pycurl

from services.strangler.limits import PAYLOAD_LIMIT, Headers

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 55  # a connection that rested longer is not used again: load balancers close theirs after 60
# Where systems keep the certificates that they trust; the packaged libcurl knows none of these places.
CA_BUNDLES = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem")
UNREACHED = (
    pycurl.E_COULDNT_RESOLVE_HOST,
    pycurl.E_COULDNT_CONNECT,
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
)

ONE_HEAD = 2  # blocks: a head, and nothing after the empty line
OWN_HEADERS = ("user-agent", "accept", "content-type", "expect")  # what libcurl adds by itself


class Failure(Exception):
    """No answer, or none that can be passed on."""


class Unreached(Failure):
    """No connection could be made: nothing was sent."""


class TimedOut(Failure):
    """The time was up."""


class Dropped(Failure):
    """The connection broke after something was sent, or what came back was no HTTP."""


class Oversized(Failure):
    """The answer is larger than a function can give."""


class Answer(NamedTuple):
    """What an upstream answered: its final head and its body, neither decoded nor unpacked."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Upstream:
    """A server at a base URL. One call at a time; connections are opened at the first and kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.authority, self._base = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
        self._curl = pycurl.Curl()
        self._head: list[bytes] = []
        self._body: list[bytes] = []
        self._sent = 0
        self._shape: tuple[str, bool] | None = None  # of the last call: method, and may it be repeated
        self._configure(f"{parts.scheme}://{self.authority}/")

    def _configure(self, url: str) -> None:
        options = (
            (pycurl.URL, url),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.PROXY, ""),  # whatever the environment says: no other host is called
            (pycurl.NOSIGNAL, 1),
            (pycurl.CONNECTTIMEOUT_MS, int(CONNECT_SECONDS * 1000)),
            (pycurl.MAXAGE_CONN, IDLE_SECONDS),
            (pycurl.MAXFILESIZE_LARGE, PAYLOAD_LIMIT),
            (pycurl.HEADERFUNCTION, self._head.append),
            (pycurl.WRITEFUNCTION, self._body.append),
        )
        for option, value in options:
            self._curl.setopt(option, value)
        for bundle in CA_BUNDLES if url.startswith("https:") else ():
            if Path(bundle).exists():
                self._curl.setopt(pycurl.CAINFO, bundle)
                break

    def send(
        self, method: str, target: str, headers: Headers, body: bytes | None, seconds: float, *, repeatable: bool
    ) -> Answer:
        """The answer to a request within some seconds; it is sent twice only if `repeatable`. Raises a Failure."""
        curl, shape = self._curl, (method, repeatable)
        if shape != self._shape or body is not None:
            self._prepare(method, body, repeatable)
            self._shape = shape if body is None else None
        curl.setopt(pycurl.REQUEST_TARGET, self._base + target)
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))
        lines = lines_of(headers)
        try:
            curl.setopt(pycurl.HTTPHEADER, lines)
        except UnicodeEncodeError:
            curl.setopt(pycurl.HTTPHEADER, [as_bytes(line) for line in lines])
        self._sent = 0
        self._head.clear()
        self._body.clear()
        try:
            curl.perform()
        except pycurl.error as error:
            raise self._failure(error) from None
        return Answer(curl.getinfo(pycurl.RESPONSE_CODE), headers_of(self._head), b"".join(self._body))

    def _prepare(self, method: str, body: bytes | None, repeatable: bool) -> None:
        curl = self._curl
        curl.setopt(pycurl.HTTPGET, 1)  # forgets what the last call was
        if method == "HEAD":
            curl.setopt(pycurl.NOBODY, 1)
        elif body is not None:
            curl.setopt(pycurl.POSTFIELDS, body)
        curl.setopt(pycurl.CUSTOMREQUEST, method)
        curl.setopt(pycurl.PREREQFUNCTION, self._admit_any if repeatable else self._admit_first)

    def _admit_any(self, *_: object) -> int:
        self._sent += 1
        return int(pycurl.PREREQFUNC_OK)

    def _admit_first(self, *_: object) -> int:
        """Told before each sending: libcurl would send again on a fresh connection when a kept one turns out dead."""
        self._sent += 1
        return int(pycurl.PREREQFUNC_OK if self._sent == 1 else pycurl.PREREQFUNC_ABORT)

    def _failure(self, error: pycurl.error) -> Failure:
        code, text = error.args
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return TimedOut(text) if self._sent else Unreached(text)
        if code == pycurl.E_FILESIZE_EXCEEDED:
            return Oversized(text)
        return Unreached(text) if code in UNREACHED and not self._sent else Dropped(text)


def lines_of(headers: Headers) -> list[str]:
    """Headers in libcurl's words: `name;` sends an empty value, `name:` keeps it from sending one of its own."""
    lines = [f"{name}: {value}" if value else f"{name};" for name, values in headers.items() for value in values]
    return lines + [f"{name}:" for name in OWN_HEADERS if name not in headers]


def as_bytes(line: str) -> bytes:
    """A header line as it came over the wire: Latin-1, or UTF-8 where the gateway read it so."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode()


def headers_of(lines: list[bytes]) -> list[tuple[str, str]]:
    """The headers of the final answer, without those of interim ones (100, 103) before it and trailers after it."""
    blocks = b"".join(lines).replace(b"\r\n", b"\n").decode("latin-1").split("\n\n")
    head = blocks[0] if len(blocks) == ONE_HEAD else [block for block in blocks if block.startswith("HTTP/")][-1]
    parts = [line.partition(":") for line in head.split("\n")[1:]]
    return [(name, value.strip()) for name, _, value in parts]
