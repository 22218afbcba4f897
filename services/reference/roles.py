"""/api/roles. Replaces RoleResource."""

from services.reference.existence import exists_exact, match_values
from services.reference.finding import codes_in_path
from services.reference.read_only_lists import RoleCategory
from services.reference.tables import role, role_category
from shared.crud import Crud
from shared.db import Work
from shared.jackson import Long, StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Parent, Row
from shared.serving import serve


class Role(Row):
    """What a person is in training: an educational supervisor, a trainee."""

    dto = "RoleDTO"
    id: Long = None
    uuid: Uuid = None
    code: Text = None
    label: Text = None
    status: StatusWord = None
    roleCategory: RoleCategory | None = None


rows = Collection(role, Role, ("code", "label"), (Parent("roleCategory", "categoryId", role_category, RoleCategory),))
crud = Crud("roles", "role", rows)
routes = serve(crud)

exists_exact(routes, "/api/roles/exists/", rows, "code")
match_values(routes, "/api/roles/matches/", rows, "code")


@routes.endpoint("GET", "/api/current/roles", allow=SIGNED_IN)
def list_current_roles(work: Work) -> list[Role]:
    """All current roles, in one array."""
    return rows.find(work, role.c.status == "CURRENT")


@routes.endpoint("GET", "/api/roles/categories/{categoryId}", allow=SIGNED_IN)
def list_category_roles(categoryId: int, work: Work) -> list[Role]:
    """The roles of a category, of any status."""
    return rows.find(work, role.c.categoryId == categoryId)


@routes.endpoint("GET", "/api/roles/in/{codes}", allow=SIGNED_IN)
def list_roles_in(codes: str, work: Work) -> list[Role]:
    """The roles with any of the codes, separated by commas."""
    return rows.find(work, role.c.code.in_(codes_in_path(codes)))


@routes.endpoint("GET", "/api/roles/codes", allow=SIGNED_IN)
def list_roles_by_code(codes: str | None, work: Work) -> list[Role]:
    """As `/roles/in/`, the codes in the query."""
    wanted = codes_in_path(codes or "")
    return rows.find(work, role.c.code.in_(wanted)) if wanted else []
