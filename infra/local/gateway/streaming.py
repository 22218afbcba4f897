"""Answers that are passed on as they come, in chunks (RFC 9112 7.1), no faster than the client reads."""

import asyncio
from collections.abc import AsyncIterator

from infra.local.gateway.answer import BODILESS, Answer, head_lines

LAST_CHUNK = b"0\r\n\r\n"


def has_body(answer: Answer, method: str) -> bool:
    """Does an answer to a method have a body at all?"""
    return method != "HEAD" and answer.status not in BODILESS


async def pour(
    answer: Answer,
    stream: AsyncIterator[bytes],
    transport: asyncio.Transport,
    writable: asyncio.Event,
    *,
    keep_alive: bool,
) -> None:
    """Write a streamed answer. Where it breaks off, or the client goes, the connection is cut, so that nobody takes a part for all."""
    lines = [*head_lines(answer, keep_alive=keep_alive), "Transfer-Encoding: chunked"]
    transport.write("\r\n".join((*lines, "", "")).encode("latin-1"))
    try:
        async for piece in stream:
            await writable.wait()
            if transport.is_closing():
                return
            transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    except (OSError, ValueError, EOFError):
        transport.abort()
    else:
        transport.write(LAST_CHUNK)
