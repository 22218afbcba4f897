"""A deployed function's settings: their values lie in SSM's Parameter Store, secrets among them in Secrets Manager.

So no address and no secret stands in a package, a template or a function's configuration, and a changed one reaches
every environment that starts from then on.
"""

import os
import random
import time
from collections.abc import MutableMapping

from shared.calling.aws import AwsService, StoreError
from shared.calling.signing import PARAMETER_STORE

PLACES = "TIS_PARAMETERS"  # the parameters' names, with commas between; a setting's name is the last part of its own
ANSWER_SECONDS = 3.0
TRIES, PAUSE_SECONDS = 3, 0.3
AT_ONCE = 10  # names that the store takes in one question


class SettingsUnavailable(Exception):
    """The settings cannot be had now; the message is for the log, and names what is not there."""


def fetch_settings(environ: MutableMapping[str, str] = os.environ) -> None:
    """Put the settings that TIS_PARAMETERS names into the environment, once; what stands there already is left alone.

    Raises SettingsUnavailable where one does not exist, or the store does not answer within some seconds.
    """
    places = [place for place in environ.get(PLACES, "").split(",") if place and name_of(place) not in environ]
    if not places:
        return
    store = AwsService(PARAMETER_STORE)
    try:
        for start in range(0, len(places), AT_ONCE):
            for name, value in answered(store, places[start : start + AT_ONCE]).items():
                environ[name_of(name)] = value
    finally:
        store.close()


def answered(store: AwsService, places: list[str]) -> dict[str, str]:
    """The values by the parameters' names."""
    question = {"Names": places, "WithDecryption": True}
    for left in reversed(range(TRIES)):
        try:
            answer = store.ask("GetParameters", question, ANSWER_SECONDS)
        except StoreError as error:
            if not left:
                raise SettingsUnavailable(f"the Parameter Store cannot be asked: {error}") from error
            time.sleep(PAUSE_SECONDS * (1 + random.random()))  # noqa: S311 - many may start at once, and be throttled
        else:
            break
    if lost := answer.get("InvalidParameters"):
        raise SettingsUnavailable(f"the Parameter Store holds no {', '.join(lost)}")
    return {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}


def name_of(place: str) -> str:
    """The setting that a parameter holds: of `/tis/dev/reference/TIS_DATABASE_URL`, TIS_DATABASE_URL."""
    return place.rpartition("/")[2]
