"""What is known of a deployed service, kept in S3, so that every machine finds it and two never deploy it at once.

One object a service, `state/<service>.json` in the stage's bucket, written only where it is still as it was read: S3
refuses a write whose If-Match or If-None-Match does not hold.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.cloud import LOCAL, Cloud, DeployError

LEASE_SECONDS = 600.0  # a deploy takes less; whoever holds it longer has died
CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict"}
ENDED = {"Z", "X"}  # states of processes, as Linux tells them
ABSENT = {"NoSuchKey", "404"}


@dataclass(frozen=True)
class Holder:
    """Who deploys the service now, and until when (seconds since 1970) nobody else may."""

    host: str
    pid: int
    until: float

    @classmethod
    def here(cls) -> "Holder":
        """Ourselves, from now on."""
        return cls(socket.gethostname(), os.getpid(), time.time() + LEASE_SECONDS)

    def is_same(self, other: "Holder") -> bool:
        """Is it the same process? It may have begun anew, with the same words."""
        return (self.host, self.pid) == (other.host, other.pid)

    def blocks(self, other: "Holder") -> bool:
        """Must the other one wait? Not where we are the same, or died on the same machine, or have had our time."""
        if self.until < time.time() or self.is_same(other):
            return False
        return self.host != other.host or is_alive(self.pid)


@dataclass(frozen=True)
class Record:
    """A service on a stage: what Chalice knows of it, what it was made from, and who is at it.

    `finished` tells of the last deploy that has ended; one that was killed has left its holder. `code` is the package's SHA-256, as Lambda tells it.
    """

    deployed: dict[str, Any] | None = None
    source: str = ""
    code: str = ""
    files: dict[str, str] = field(default_factory=dict)
    finished: bool = False
    holder: Holder | None = None

    @property
    def is_sound(self) -> bool:
        """Does it tell what stands? Not after a deploy that failed, or was interrupted by its end."""
        return self.finished and (self.holder is None or self.holder.is_same(Holder.here()))


class RecordStore:
    """The records of a stage."""

    def __init__(self, cloud: Cloud) -> None:
        self._s3 = cloud.client("s3")
        self.bucket = f"tis-deploys-{cloud.stage}-{cloud.account}-{cloud.region}"
        self._cloud = cloud

    def ensure_bucket(self) -> None:
        """Make the bucket where the stage is local; DeployError where it is missing elsewhere: the ground has it."""
        try:
            self._s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            if self._cloud.stage != LOCAL:
                raise DeployError(
                    f"There is no bucket {self.bucket}: the ground of stage {self._cloud.stage} does not stand in"
                    f" {self._cloud.region}. Lay it first: docs/runbooks/deploy-from-nothing.md."
                ) from error
            place = {"LocationConstraint": self._cloud.region}
            with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):  # another deploy was a moment quicker
                self._s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=place)

    def read(self, service: str) -> tuple[Record, str | None]:
        """A service's record, and its version for `write`; an empty one and None where there is none yet."""
        try:
            found = self._s3.get_object(Bucket=self.bucket, Key=key_of(service))
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return Record(), None
            raise
        facts = json.loads(found["Body"].read())
        holder = facts.pop("holder")
        return Record(**facts, holder=holder and Holder(**holder)), found["ETag"]

    def write(self, service: str, record: Record, version: str | None) -> str:
        """Write a record over the version that was read; gives the new version. DeployError where another came between."""
        condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
        body = json.dumps(asdict(record), indent=1).encode()
        try:
            written = self._s3.put_object(Bucket=self.bucket, Key=key_of(service), Body=body, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in CONFLICTS:
                raise DeployError(f"{service} is being deployed by somebody else at this moment. Try again.") from error
            raise
        return str(written["ETag"])

    def take(self, service: str) -> tuple[Record, str]:
        """Become the one who deploys a service; its record as it was, and the version. DeployError where another is."""
        record, version = self.read(service)
        us = Holder.here()
        if record.holder is not None and record.holder.blocks(us):
            until = time.strftime("%H:%M:%S", time.localtime(record.holder.until))
            raise DeployError(
                f"{service} is being deployed by process {record.holder.pid} on {record.holder.host}. Wait for its end;"
                f" if that has died, try again after {until}."
            )
        return record, self.write(service, replace(record, holder=us), version)

    @contextmanager
    def held(self, service: str) -> Iterator[None]:
        """Keep all others from deploying a service meanwhile; DeployError where one is at it."""
        before, version = self.take(service)
        try:
            yield
        finally:
            self.write(service, replace(before, holder=None), version)

    def forget(self, service: str) -> None:
        """Remove the record of a service that has been taken away."""
        self._s3.delete_object(Bucket=self.bucket, Key=key_of(service))


def key_of(service: str) -> str:
    """Where a service's record lies in the bucket."""
    return f"state/{service}.json"


def is_alive(pid: int) -> bool:
    """Does a process of this machine live? One that has ended and that nobody has asked for its end yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in ENDED
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's; or there is no /proc
        return True
