"""/api/role-categories, /api/sources and /api/concern-types: lists that no endpoint changes."""

from services.reference.tables import concern_source, concern_type, role_category
from shared.db import Work
from shared.http.endpoint import Resource
from shared.jackson import Long, Text, Uuid
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Row

routes = Resource()


class RoleCategory(Row):
    """A kind of role."""

    dto = "RoleCategoryDTO"
    id: Long = None
    name: Text = None
    uuid: Uuid = None


class ConcernSource(Row):
    """Who raised a concern."""

    dto = "ConcernSourceDto"
    id: Long = None
    name: Text = None


class ConcernType(Row):
    """What a concern is about."""

    dto = "ConcernTypeDto"
    id: Long = None
    code: Text = None
    label: Text = None


categories = Collection(role_category, RoleCategory)
sources = Collection(concern_source, ConcernSource, renamed={"name": "sourceName"})
types = Collection(concern_type, ConcernType)


@routes.endpoint("GET", "/api/role-categories", allow=SIGNED_IN)
def list_role_categories(work: Work) -> list[RoleCategory]:
    """All role categories by name."""
    return categories.find(work, order=[role_category.c.name])


@routes.endpoint("GET", "/api/sources", allow=SIGNED_IN)
def list_sources(work: Work) -> list[ConcernSource]:
    """All sources of concerns."""
    return sources.find(work)


@routes.endpoint("GET", "/api/concern-types", allow=SIGNED_IN)
def list_concern_types(work: Work) -> list[ConcernType]:
    """All types of concerns."""
    return types.find(work)
