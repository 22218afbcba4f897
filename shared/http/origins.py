"""Pages of other origins: what a browser is told when it asks before a call (the CORS protocol, Fetch standard 3.2)."""

from shared.http.endpoint import Endpoint
from shared.http.reply import TEXT, Reply
from shared.http.request import Request

MAX_AGE = "1800"  # seconds, Spring's default
ALL_METHODS = "GET,HEAD,POST,PUT,PATCH,DELETE,TRACE,OPTIONS"


def preflight(request: Request, endpoint: Endpoint | None) -> Reply:
    """Yes for an endpoint that pages of any origin may read without a token, which a browser cannot send here; else no."""
    if endpoint is None or not endpoint.is_cross_origin or endpoint.allow.needs_token:
        return Reply("Invalid CORS request", 403, media_type=TEXT)
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": endpoint.method,
        "Access-Control-Max-Age": MAX_AGE,
        "Allow": ALL_METHODS,
    }
    if asked := request.headers.get("access-control-request-headers"):
        headers["Access-Control-Allow-Headers"] = asked
    return Reply(None, 200, headers)


def allow_origin(request: Request, endpoint: Endpoint | None) -> dict[str, str]:
    """The header that lets a page of another origin read the answer, where it may."""
    if endpoint is None or not endpoint.is_cross_origin or "origin" not in request.headers:
        return {}
    return {"Access-Control-Allow-Origin": "*"}
