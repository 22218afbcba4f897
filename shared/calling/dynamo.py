"""Items of a DynamoDB table."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.calling.aws import AwsService, StoreError
from shared.calling.signing import DYNAMODB

Key = Mapping[str, str]
Item = Mapping[str, Any]


class DynamoTable(AwsService):
    """A table whose keys are texts. Each reading is consistent, and raises StoreError after some seconds."""

    def __init__(self, name: str) -> None:
        super().__init__(DYNAMODB)
        self.name = name

    def item(self, key: Key, seconds: float) -> Item | None:
        """The item of a key in DynamoDB's JSON, None where there is none."""
        question = {"TableName": self.name, "Key": typed(key), "ConsistentRead": True}
        found: Item | None = self.ask("GetItem", question, seconds).get("Item")
        return found

    def items(self, keys: Iterable[Key], seconds: float) -> list[Item]:
        """The items of up to 100 keys in DynamoDB's JSON, in any order."""
        wanted = {"Keys": [typed(key) for key in keys], "ConsistentRead": True}
        found = self.ask("BatchGetItem", {"RequestItems": {self.name: wanted}}, seconds)
        if found.get("UnprocessedKeys"):
            raise StoreError("the store was too busy to give all items")
        items: list[Item] = found["Responses"][self.name]
        return items


def typed(key: Key) -> dict[str, dict[str, str]]:
    """A key in DynamoDB's JSON."""
    return {name: {"S": value} for name, value in key.items()}
