"""What chalice.json says under `aws`, of a service and of a stage: all that Chalice has no words for."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAPPING_LIMIT = 10  # a mapping per concurrent call: beyond that a queue wants to be split, not read by more
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]  # what CloudWatch keeps logs for


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Consumer(_Part):
    """A queue of the broker that calls a function of the service's app.py, named as it stands there.

    Lambda runs one call at a time per mapping of a RabbitMQ queue, so `concurrency` is a number of mappings; only with
    one are messages taken in their order. `window` is how many seconds a batch may wait to be filled. What fails again
    and again the broker itself moves to the queue `dead_letters`: these mappings know no failure destination.
    """

    queue: str = Field(min_length=1, max_length=255)
    function: str = Field(pattern="^[A-Za-z_][A-Za-z0-9_]*$")
    batch: int = Field(100, ge=1, le=10_000)
    window: int = Field(1, ge=0, le=300)
    concurrency: int = Field(1, ge=1, le=MAPPING_LIMIT)
    dead_letters: str = Field(min_length=1, max_length=255)
    virtual_host: str = "/"
    filters: tuple[dict[str, object], ...] = Field((), max_length=5)

    @model_validator(mode="after")
    def _dead_letters_elsewhere(self) -> Self:
        if self.dead_letters == self.queue:
            raise ValueError(f"the dead letters of {self.queue} need a queue of their own")
        return self


class Environments(_Part):
    """The execution environments of a service's API in one stage.

    `provisioned` are kept started, `reserved` are the most there may be; `snap_start` starts them from a snapshot.
    """

    snap_start: bool = False
    provisioned: int | None = Field(None, ge=1, le=1_000)
    reserved: int | None = Field(None, ge=1, le=10_000)

    @model_validator(mode="after")
    def _one_way_to_start(self) -> Self:
        if self.snap_start and self.provisioned:
            raise ValueError("Lambda starts environments from a snapshot or keeps them provisioned, not both")
        if self.reserved and self.provisioned and self.provisioned > self.reserved:
            raise ValueError(f"{self.provisioned} provisioned environments are more than the {self.reserved} reserved")
        return self


class Extras(_Part):
    """A service's part. A base path is where the stage's domain leads to this API; "" is the whole domain."""

    base_paths: tuple[str, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    environments: dict[str, Environments] = {}


class StageExtras(_Part):
    """A stage's part, the same for all services: calls a second, and at once, that an API takes, and how it is watched."""

    rate: int = Field(1_000, ge=1, le=10_000)
    burst: int = Field(2_000, ge=1, le=10_000)
    log_days: LogDays = 30
    tracing: bool = True
    firewall: bool = True
