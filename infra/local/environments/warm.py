"""What a function's first calls do anyway, done once before the forks, which then share the memory that it takes.

It is more than the modules that are imported late: the interpreter rewrites code as it runs it for the first times, and a
fork that does so has a copy of its own. Of an environment's private memory it saves the larger part.
"""

import contextlib
import importlib
import os
import sys

FIRST_CALL = ("jwt", "cryptography.hazmat.primitives.asymmetric.rsa", "encodings.idna")
WITH_DATABASE = ("pymysql", "shared.collation", "shared.sqlite")
ROUNDS = 8  # after so many calls the interpreter has settled how it runs a function
UNSIGNED = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30." + "A" * 342  # for any RSA key of 2048 bits


def warm_up() -> None:
    """Import what is imported late, and use what is used by every call; what cannot be used is left for the calls."""
    has_database = "sqlalchemy" in sys.modules
    for name in (*FIRST_CALL, *(WITH_DATABASE if has_database else ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        verify_nothing()
    if has_database and os.environ.get("TIS_DATABASE_URL"):
        with contextlib.suppress(Exception):
            ask_nothing(os.environ["TIS_DATABASE_URL"])


def verify_nothing() -> None:
    """Verify a token whose signature is wrong."""
    import jwt  # noqa: PLC0415 - not every function has it
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415 - as above

    key = RSAPublicNumbers(65537, 2**2048 - 1).public_key()
    for _ in range(ROUNDS):
        with contextlib.suppress(jwt.InvalidSignatureError):
            jwt.decode(UNSIGNED, key, algorithms=["RS256"], audience="nobody")


def ask_nothing(url: str) -> None:
    """Query the database for what is in none of its tables, on a connection that no fork will have."""
    from sqlalchemy import bindparam, column, select, union_all  # noqa: PLC0415 - not every function has it

    from shared.db import Database  # noqa: PLC0415 - as above

    database = Database(url)
    try:
        for _ in range(ROUNDS):
            part = select(bindparam("number").label("number"), bindparam("name").label("name")).subquery()
            query = select(part).where(column("number").in_(bindparam("numbers", expanding=True)))
            with database.work() as work:
                work.rows(union_all(query, query), {"number": 1, "name": "", "numbers": [1, 2]})
    finally:
        database.drop()
