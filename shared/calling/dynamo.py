"""Items of a DynamoDB table, by signed HTTP without boto3: its import costs more than a cold start may take."""

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from shared.calling.client import Failure, Upstream
from shared.calling.signing import signed_headers

OK = 200

Key = Mapping[str, str]
Item = Mapping[str, Any]


class StoreError(Exception):
    """The store did not answer in time, or not with what was asked; the message is for the log."""


class DynamoTable:
    """A table whose keys are texts. Region, endpoint and credentials come from the environment, as for every AWS client.

    Each reading is consistent, and raises StoreError after some seconds.
    """

    def __init__(self, name: str) -> None:
        self.name, self._region = name, os.environ["AWS_REGION"]
        endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", f"https://dynamodb.{self._region}.amazonaws.com")
        self._upstream = Upstream(endpoint)

    def item(self, key: Key, seconds: float) -> Item | None:
        """The item of a key in DynamoDB's JSON, None where there is none."""
        question = {"TableName": self.name, "Key": typed(key), "ConsistentRead": True}
        found: Item | None = self._ask("GetItem", question, seconds).get("Item")
        return found

    def items(self, keys: Iterable[Key], seconds: float) -> list[Item]:
        """The items of up to 100 keys in DynamoDB's JSON, in any order."""
        wanted = {"Keys": [typed(key) for key in keys], "ConsistentRead": True}
        found = self._ask("BatchGetItem", {"RequestItems": {self.name: wanted}}, seconds)
        if found.get("UnprocessedKeys"):
            raise StoreError("the store was too busy to give all items")
        items: list[Item] = found["Responses"][self.name]
        return items

    def close(self) -> None:
        """Close the connection."""
        self._upstream.close()

    def _ask(self, operation: str, question: Mapping[str, Any], seconds: float) -> Any:
        body = json.dumps(question).encode()
        headers = signed_headers(self._upstream.authority, self._region, operation, body)
        try:
            answer = self._upstream.send("POST", "/", headers, body, seconds, repeatable=True)
        except Failure as failure:
            raise StoreError(str(failure)) from failure
        if answer.status != OK:
            raise StoreError(f"status {answer.status}")
        return json.loads(answer.body)


def typed(key: Key) -> dict[str, dict[str, str]]:
    """A key in DynamoDB's JSON."""
    return {name: {"S": value} for name, value in key.items()}
