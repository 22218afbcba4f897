"""The route table from its files to DynamoDB, and the moves of routes there."""

from infra.routing.files import RoutesError, read_files
from infra.routing.ledger import Entry, Ledger, Move, State
from infra.routing.moves import UnsafeMove, commit_moves, plan_stage, publish, roll_back, set_all_legacy, settle

__all__ = [
    "Entry",
    "Ledger",
    "Move",
    "RoutesError",
    "State",
    "UnsafeMove",
    "commit_moves",
    "plan_stage",
    "publish",
    "read_files",
    "roll_back",
    "set_all_legacy",
    "settle",
]
