"""Where a deployed service answers, and whether it does."""

import http.client
import time
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import urlsplit

from infra.deploy.cloud import Cloud, DeployError
from infra.deploy.settings import FACADE
from infra.routing import read_files

PATIENCE_SECONDS, ASK_SECONDS, PAUSE_SECONDS = 60.0, 35.0, 1.0
SERVED_BY = "X-Tis-Served-By"
OF_THE_GATEWAY = "x-amzn-ErrorType"  # stands on what API Gateway answers without a function
BROKEN = 500  # from here on it is not the caller's fault


def api_url(cloud: Cloud, api: str) -> str:
    """The address of an API; of a local AWS, which says where it has its APIs, one of this machine."""
    if cloud.endpoint is None:
        return f"https://{api}.execute-api.{cloud.region}.amazonaws.com/{cloud.stage}"
    found = cloud.client("ssm").get_parameters(Names=[f"/tis/{cloud.stage}/EXECUTE_API"])["Parameters"]
    if not found:
        raise DeployError(f"{cloud.endpoint} does not say where its APIs are. Is it what `make aws` starts?")
    return f"{found[0]['Value'].rstrip('/')}/{api}/{cloud.stage}"


def await_answer(service: str, url: str) -> int:
    """The status of a service's first sound answer; DeployError where none comes within a minute."""
    path = probed_path(service)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        fault = ""
        try:
            status, headers = asked(url + path)
        except (OSError, http.client.HTTPException) as error:
            fault = f"cannot be reached ({error})"
        else:
            if headers.get(OF_THE_GATEWAY) is None and (
                status < BROKEN or (service == FACADE and headers.get(SERVED_BY))
            ):
                return status
            fault = f"answers {status}"
        if time.monotonic() > deadline:
            raise DeployError(f"{service} is deployed, but {fault} at {url}{path}. Its log tells why.")
        time.sleep(PAUSE_SECONDS)


def probed_path(service: str, folder: Path | None = None) -> str:
    """A path that only a sound function answers: the first of its routes that reads, and takes nothing from its path."""
    specs = read_files(folder) if folder else read_files()
    routes = specs[service]["routes"] if service in specs else ()
    return next((route[4:] for route in routes if route.startswith("GET ") and "{" not in route), "/")


def asked(url: str) -> tuple[int, HTTPMessage]:
    """Status and headers of a GET with a token that is none: the function must read its settings to say so."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=ASK_SECONDS)
    try:
        connection.request("GET", parts.path, headers={"Authorization": "Bearer none", "Accept": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        connection.close()
