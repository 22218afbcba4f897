"""The files of figures behind a bill, read and held to their shape."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).resolve().parent

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class CostError(Exception):
    """Something about prices, traffic or templates that a person can mend; the message is a sentence that names the place."""


class Figures(BaseModel):
    """A table of a file; a key that it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Figures)


def read_figures(path: Path, kind: type[Kind]) -> Kind:
    """A TOML file as an instance of its type, its numbers exact; CostError with every fault that was found."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    except ValidationError as error:
        faults = [f"{path.name}: {place(one['loc'])}: {told(one['type'], one['msg'])}." for one in error.errors()]
        raise CostError("\n".join(faults)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CostError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise CostError(f"{path.name} is not TOML, or tells a key twice: {error}.") from error


def place(where: tuple[str | int, ...]) -> str:
    """Where in a file a fault is, as its keys are written."""
    return ".".join(str(step) for step in where) or "the whole file"


def told(kind: str, message: str) -> str:
    """What is wrong, in words of this house."""
    if message.endswith("greater than or equal to 0"):
        return "a number below 0 makes no sense here"
    words = {"extra_forbidden": "there is no such key; is it a typing error", "missing": "this key is missing"}
    return words.get(kind, message[:1].lower() + message[1:])
