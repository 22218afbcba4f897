"""GET by URL, for whoever asks other servers for what they know."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.calling.client import Upstream
from shared.calling.wire import PAYLOAD_LIMIT

NO_HEADERS: Mapping[str, str] = {}


class Getter:
    """Asks within `seconds` for the whole of an exchange, on one kept connection for each server.

    It follows no redirect, and takes no body of more than `limit` bytes.
    """

    def __init__(self, seconds: float, limit: int = PAYLOAD_LIMIT) -> None:
        self.seconds, self.limit = seconds, limit
        self._upstreams: dict[str, Upstream] = {}

    def __call__(self, url: str, headers: Mapping[str, str] = NO_HEADERS) -> tuple[int, bytes]:
        """Status and body of a GET. Raises a Failure where there is no answer in time, or none that can be read."""
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        upstream = self._upstreams.get(server) or self._upstreams.setdefault(server, Upstream(server, self.limit))
        sent = {"host": [upstream.authority], **{name.lower(): [value] for name, value in headers.items()}}
        target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        answer = upstream.send("GET", target, sent, None, self.seconds, repeatable=True)
        return answer.status, answer.body

    def close(self) -> None:
        """Close the kept connections."""
        for upstream in self._upstreams.values():
            upstream.close()
