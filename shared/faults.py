"""What the errors of databases mean: a mistake of the caller's, a connection that has gone, or a mistake of ours."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from shared.errors import BadRequest, Conflict, Unavailable

CLIENT_FAULTS, DUPLICATE = 2000, 1062  # where the numbers of the client's own errors begin
CLIENT_FAULTS, DUPLICATE = 2000, 1062  # where the numbers of the client's own errors begin
CALLER_FAULTS = {1406, 1264, 1366, 1364, 1048}  # too long, out of range, bad value, no default, null
LOCK_FAULTS = {1205, 1213, 3572}
GONE_WHILE_IDLE = {0, 2006, 2013, 2055}


def was_idle(error: DBAPIError) -> bool:
    """Did the connection go before the statement reached the server? A statement that timed out is not asked again."""
    return fault_code(error) in GONE_WHILE_IDLE and "timed out" not in str(error.orig)


def fault_code(error: DBAPIError) -> int:
    """MySQL's number of an error; 0 where there is none."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def is_lost(error: DBAPIError) -> bool:
    """Has the connection gone, or could it not be had?"""
    return error.connection_invalidated or (isinstance(error, OperationalError) and fault_code(error) >= CLIENT_FAULTS)


def refusal(error: DBAPIError) -> Exception:
    """What a database error means for the caller; the error itself where it is our own mistake."""
    code = fault_code(error)
    text = str(error.orig).lower()
    if code in LOCK_FAULTS or "locked" in text:
        return Conflict("Another call is changing the same row. Try again.")
    if is_lost(error) or isinstance(error, InterfaceError):
        return Unavailable("The database cannot be reached now. Try again.")
    if isinstance(error, DataError) or code in CALLER_FAULTS or "check constraint" in text or "not null" in text:
        return BadRequest("A value is missing, too long or out of range for its column.")
    if isinstance(error, IntegrityError):
        duplicate = code == DUPLICATE or "unique" in text
        return Conflict(
            "A row with this key exists."
            if duplicate
            else "A row that this one refers to is missing, or refers to this one."
        )
    return error
