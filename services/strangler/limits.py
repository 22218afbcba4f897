"""What a function behind API Gateway can carry, and what would be read in two ways on the way: refused by a sentence."""

from http import HTTPStatus

from services.strangler.problems import Refusal, bad_request
from shared.calling.wire import LENGTH, PAYLOAD_LIMIT, Headers

TARGET_LIMIT = 10_240  # characters of path and query
HEADER_LIMIT = 10_240  # characters of all headers and the request line
LINE_OVERHEAD = 4  # of each header: colon, blank, line end


def check_head(target: str, headers: Headers) -> None:
    """Refuse a request whose target or headers are too long (414, 431) or ambiguous (400)."""
    if len(target) > TARGET_LIMIT:
        raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, f"The URL is longer than {TARGET_LIMIT} characters.")
    names, values = "".join(headers), "".join(map("".join, headers.values()))
    if len(target) + len(names) + len(values) + LINE_OVERHEAD * len(headers) > HEADER_LIMIT:
        raise Refusal(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"The headers are longer than {HEADER_LIMIT} characters in all. Send fewer cookies, or a shorter token.",
        )
    text = names + values
    if "\r" in text or "\n" in text or "\0" in text:
        raise bad_request("A header holds a line break or a NUL.")
    if " " in names or ":" in names or "\t" in names:
        raise bad_request("A header's name holds a blank or a colon.")
    if "content-length" in headers:
        check_length(headers)


def check_length(headers: Headers) -> None:
    """Refuse a length that is no number, is told twice, or stands beside a transfer coding."""
    lengths = headers["content-length"]
    if len(lengths) > 1 or "," in lengths[0]:
        raise bad_request("There are two Content-Length headers.")
    if not LENGTH(lengths[0]):
        raise bad_request("Content-Length is not a number.")
    if "transfer-encoding" in headers:
        raise bad_request("There are both Content-Length and Transfer-Encoding.")
    if int(lengths[0]) > PAYLOAD_LIMIT:
        raise too_large()


def check_body(body: bytes) -> None:
    """Refuse a body that is too long (413)."""
    if len(body) > PAYLOAD_LIMIT:
        raise too_large()


def too_large() -> Refusal:
    """413."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body is larger than {PAYLOAD_LIMIT} bytes. Send it in smaller parts.",
    )
