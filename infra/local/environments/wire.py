"""Frames on the socket between the gateway and an execution environment.

Eight bytes, then a JSON text. To the environment they are its length and the milliseconds that the call may take; back
come its length and an outcome. The first frame that an environment sends is empty and tells its process id.
"""

import struct

HEAD = struct.Struct(">II")
ANSWERED, FAILED = 0, 1
PAYLOAD_LIMIT = 6_291_556  # bytes: what Lambda takes and gives in one synchronous call
