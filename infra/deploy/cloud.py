"""The account of AWS that a stage lies in, as the environment names it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from infra.packaging.stacks import DeployError

__all__ = ["LOCAL", "Cloud", "DeployError", "is_loopback", "open_cloud", "told"]

LOCAL = "local"  # the stage that only a local AWS may hold
ANSWERS = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
# API Gateway takes an import every 3 seconds, and a deployment every 5, from a whole account: what is too soon is tried again.
SELDOM = {"apigateway": ANSWERS.merge(Config(retries={"mode": "standard", "max_attempts": 10}))}


@dataclass(frozen=True)
class Cloud:
    """An account and region, and the clients that talk to it."""

    stage: str
    session: boto3.Session
    endpoint: str | None = None  # where AWS is, when it is not AWS itself

    @property
    def region(self) -> str:
        """`eu-west-2`, or whatever the environment names."""
        return str(self.session.region_name)

    @cached_property
    def account(self) -> str:
        """The account's twelve digits."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def client(self, service: str) -> Any:
        """A client of a service, which waits for each answer a minute at most."""
        return self.session.client(service, endpoint_url=self.endpoint, config=SELDOM.get(service, ANSWERS))


def open_cloud(
    stage: str, *, endpoint: str | None = None, profile: str | None = None, region: str | None = None
) -> Cloud:
    """The account in which a stage is deployed; DeployError where the environment names none, or the wrong kind."""
    if stage == LOCAL and not is_loopback(endpoint):
        raise DeployError(
            "Stage local is for the local AWS, and none is named. Start it with `make aws`, and name its port in"
            " TIS_PORT, or its address in AWS_ENDPOINT_URL."
        )
    if stage != LOCAL and is_loopback(endpoint):
        raise DeployError(
            f"Stage {stage} is not for a local AWS, and AWS_ENDPOINT_URL names one: {endpoint}. Unset it, or say"
            " --stage local."
        )
    with told():
        session = boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise NoRegionError
        cloud = Cloud(stage, session, endpoint)
        _ = cloud.account  # so that what is wrong with the credentials is told first
    return cloud


def is_loopback(endpoint: str | None) -> bool:
    """Is it an address of this machine?"""
    host = urlsplit(endpoint or "").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def told() -> Iterator[None]:
    """What AWS refuses becomes a DeployError, a sentence that says what to do."""
    try:
        yield
    except NoCredentialsError as error:
        raise DeployError(
            "There are no credentials of AWS here. Sign in, and name the profile in AWS_PROFILE."
        ) from error
    except NoRegionError as error:
        raise DeployError("No region is named. Set AWS_REGION, for example to eu-west-2.") from error
    except ProfileNotFound as error:
        raise DeployError(f"{error}. AWS_PROFILE must name one that stands in your AWS configuration.") from error
    except EndpointConnectionError as error:
        raise DeployError(f"AWS does not answer: {error}") from error
    except ClientError as error:
        raise DeployError(f"AWS refused {error.operation_name}: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:
        raise DeployError(f"AWS cannot be asked: {error}") from error
