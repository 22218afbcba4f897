"""What Lambda hands to a function beside the event."""

import time
import uuid
from dataclasses import dataclass, field

REGION, ACCOUNT = "eu-west-2", "000000000000"
MEMORY_MB = 512


@dataclass(slots=True)
class Context:
    """Lambda's context object, for one call that must end at `deadline` (by the monotonic clock)."""

    function_name: str
    deadline: float
    log_stream_name: str = ""
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = MEMORY_MB

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the call is given up; never less than 0."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))

    @property
    def invoked_function_arn(self) -> str:
        """The function's name in AWS."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where CloudWatch would keep the log."""
        return f"/aws/lambda/{self.function_name}"


def stream_name(version: str, part: str | None = None) -> str:
    """The name of an environment's log stream, as CloudWatch would have it."""
    return f"{time.strftime('%Y/%m/%d')}/[{version}]{part or uuid.uuid4().hex}"
