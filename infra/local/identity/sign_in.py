"""Signing users in at the local Cognito: their ID tokens, of the stack that runs, or of a pool made for the moment."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.stack.folder import StackError

TOKENS_PATH = "/_tis/tokens"
AT_ONCE = 1_000  # users
ANSWER_SECONDS = 60.0


def cognito_tokens(cognito_url: str, users: Sequence[str]) -> Iterator[str]:
    """The ID token of each user, in order, from a running stack's Cognito. Raises StackError."""
    with closing(HTTPConnection(urlsplit(cognito_url).netloc, timeout=ANSWER_SECONDS)) as connection:
        for start in range(0, len(users), AT_ONCE):
            names = users[start : start + AT_ONCE]
            try:
                connection.request("POST", TOKENS_PATH, json.dumps(names))
                answer = connection.getresponse()
                tokens = answer.read().decode().split()
            except (OSError, HTTPException) as error:
                raise StackError(f"The stack's Cognito does not answer: {error}. Start the stack again.") from error
            if len(tokens) != len(names):
                raise StackError(f"The stack's Cognito answered {answer.status}. Its log tells why.")
            yield from tokens


def tokens_without_stack(folder: Path, users: Sequence[str]) -> Iterator[str]:
    """The same of no running stack: the pool is made of the folder's key, as a stack will make it."""
    from infra.local.identity.cognito import UserPool, tokens_of  # noqa: PLC0415 - half a second's import

    return tokens_of(UserPool(folder), users)
