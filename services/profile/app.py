"""The profile service: users, their roles and permissions, and trainee ids, at /profile. Replaces TIS-PROFILE."""

from services.profile import hee_users, permissions, roles, trainee_id, userinfo, users
from services.profile.tables import json_patch
from shared.dialect import SECURED, Dialect
from shared.http.service import Service
from shared.json_patches import braced_form, serve_patches
from shared.principals import KNOWN_USER

MODULES = (hee_users, permissions, roles, trainee_id, userinfo, users)

app = Service(
    "profile",
    "/profile",
    Dialect("profileApp", standing=SECURED, speaks=("application/hal+json",)),
    [*(module.routes for module in MODULES), serve_patches(json_patch, braced_form, KNOWN_USER)],
    userinfo.resolve,
)
