"""The bucket of a stage that packages and templates lie in, each under its hash."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from infra.build.contents import file_digest
from infra.packaging.stacks import DeployError

ANSWERS = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 5})
NOT_THERE = ("404", "NoSuchBucket", "NoSuchKey")


@dataclass(frozen=True)
class Bucket:
    """A bucket of the account that deploys; no other account's is written to, whatever its name."""

    name: str
    account: str
    client: Any

    def url(self, key: str) -> str:
        """Where CloudFormation reads a template: of the two forms that AWS takes, the one that stand-ins know too."""
        return f"{self.client.meta.endpoint_url}/{self.name}/{key}"

    def holds(self, key: str) -> bool:
        """Is there such a key?"""
        return exists(self.client.head_object, Bucket=self.name, Key=key, ExpectedBucketOwner=self.account)

    def store(self, folder: str, path: Path) -> str:
        """Upload a file under its hash, unless it is there; gives its key."""
        key = f"{folder}/{file_digest(path)}{path.suffix}"
        if not self.holds(key):
            with path.open("rb") as body:
                self.client.put_object(Bucket=self.name, Key=key, Body=body, ExpectedBucketOwner=self.account)
        return key


def connect(service: str, region: str) -> Any:
    """A client of a service of AWS in a region, which waits for each answer a minute at most."""
    import boto3  # noqa: PLC0415 - a sixth of a second, which only this way of deploying needs

    return boto3.client(service, region_name=region, config=ANSWERS)


def deploys_bucket(prefix: str, stage: str, region: str) -> Bucket:
    """The stage's bucket in the account of the credentials in use; DeployError where the ground has made none."""
    account = connect("sts", region).get_caller_identity()["Account"]
    bucket = Bucket(f"{prefix}-deploys-{stage}-{account}-{region}", account, connect("s3", region))
    if not exists(bucket.client.head_bucket, Bucket=bucket.name, ExpectedBucketOwner=account):
        raise DeployError(
            f"There is no bucket {bucket.name}: the ground of {stage} does not stand in {region}. Deploy it first."
        )
    return bucket


def exists(ask: Any, **what: str) -> bool:
    """Does what is asked for exist?"""
    try:
        ask(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return False
        raise
    return True
