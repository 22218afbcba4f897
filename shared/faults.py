"""What the errors of databases mean: a mistake of the caller's, a server that has gone, or a mistake of ours.

Told by number on MySQL and by SQLite's name for it, never by the message, which may quote what the caller sent.
"""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from shared.errors import BadRequest, Conflict, Unavailable

CLIENT_FAULTS = 2000  # where the numbers of the client's own errors begin: no connection, or a broken one
SERVER_GONE = {1040, 1053, 1203, 1290, 1317, 1836, 1927}  # too many, shutting down, read-only after a failover, killed
CALLER_FAULTS = {1406, 1264, 1366, 1364, 1048}  # too long, out of range, bad value, no default, null
LOCKED = {1205, 1213, 3572}
GONE_WHILE_IDLE = {0, 2006, 2013, 2055}
DUPLICATES = {1062, "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
SQLITE_CALLER_FAULTS = {"SQLITE_CONSTRAINT_CHECK", "SQLITE_CONSTRAINT_NOTNULL"}
SQLITE_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")


def was_idle(error: DBAPIError) -> bool:
    """Did the connection go before the statement reached the server? A statement that timed out is not asked again."""
    return fault_code(error) in GONE_WHILE_IDLE and "timed out" not in str(error.orig)


def fault_code(error: DBAPIError) -> int:
    """MySQL's number of an error; 0 where there is none."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def is_lost(error: DBAPIError) -> bool:
    """Has the server gone, or can it not be had? Then its connection is of no use any more."""
    code = fault_code(error)
    unreachable = isinstance(error, OperationalError) and code >= CLIENT_FAULTS
    return error.connection_invalidated or unreachable or code in SERVER_GONE


def refusal(error: DBAPIError) -> Exception:
    """What a database error means for the caller; the error itself where it is our own mistake."""
    code, name = fault_code(error), str(getattr(error.orig, "sqlite_errorname", ""))
    if code in LOCKED or name.startswith(SQLITE_LOCKED):
        return Conflict("Another call is changing the same row. Try again.")
    if is_lost(error) or isinstance(error, InterfaceError):
        return Unavailable("The database cannot be reached now. Try again.")
    if isinstance(error, DataError) or code in CALLER_FAULTS or name in SQLITE_CALLER_FAULTS:
        return BadRequest("A value is missing, too long or out of range for its column.")
    if {code, name} & DUPLICATES:
        return Conflict("A row with this key exists.")
    if isinstance(error, IntegrityError):
        return Conflict("A row that this one refers to is missing, or refers to this one.")
    return error
