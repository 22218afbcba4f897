"""What the stack answers itself, below `/_tis/`."""

import html
from collections.abc import Mapping
from pathlib import Path

from infra.local.environments.pool import Pool
from infra.local.gateway.answer import Answer, json_answer
from infra.local.gateway.dispatch import Page
from infra.local.gateway.request import Request

INDEX = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>TIS on this machine</title>
<style>body{{font:16px/1.5 system-ui;margin:3rem auto;max-width:40rem;padding:0 1rem}}td,th{{text-align:left;padding:.2rem 2rem .2rem 0}}</style>
<h1>TIS on this machine</h1><table><tr><th>function<th>environments<th>busy{rows}</table>
<p><a href="health">health</a> · <a href="jwks.json">keys of the old issuer</a></html>
"""


def stack_pages(pools: Mapping[str, Pool], jwks: Path) -> dict[str, Page]:
    """The stack's own pages by path."""
    published = jwks.read_bytes()

    async def health(_: Request) -> Answer:
        functions = {name: {"environments": pool.size, "busy": pool.busy} for name, pool in pools.items()}
        return json_answer(200, {"status": "up", "functions": functions})

    async def keys(_: Request) -> Answer:
        return Answer(200, [("Content-Type", "application/json")], published)

    async def index(_: Request) -> Answer:
        rows = "".join(f"<tr><td>{html.escape(name)}<td>{pool.size}<td>{pool.busy}" for name, pool in pools.items())
        return Answer(200, [("Content-Type", "text/html; charset=utf-8")], INDEX.format(rows=rows).encode())

    return {"/_tis/health": health, "/_tis/jwks.json": keys, "/_tis/": index, "/_tis": index}
