"""Which token a call bears: one reading for facade, services and gateway."""


def bearer_token(authorization: str | None, old_header: str | None) -> str | None:
    """The token of a call: `Authorization` wins over the old gateway's `OIDC_access_token`; `Bearer ` is cut off."""
    if authorization is None:
        return old_header
    return authorization[7:].strip() if authorization[:7].lower() == "bearer " else authorization
