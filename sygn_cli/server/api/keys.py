"""``/keys``: a partner makes, lists and revokes the keys of its own users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, jsonify
from flask_openapi3 import Tag

from sygn_cli.domain.document import Mode
from sygn_cli.server import auth
from sygn_cli.server.api import answers, gate
from sygn_cli.server.api.requests import MintBody, RevokeBody
from sygn_cli.services import apikeys, wire

if TYPE_CHECKING:
    from flask_openapi3 import APIBlueprint

    from sygn_cli.services.runtime import Runtime


_TAG: Final = Tag(name="keys", description="Keys for a partner's own users.")


def blueprint(runtime: Runtime) -> APIBlueprint:
    """Return the routes."""
    routes = gate.blueprint("keys", _TAG, runtime)

    @routes.post(
        "/keys",
        summary="Mint a tenant key",
        responses={201: answers.KeyMinted},
    )
    def mint_key(body: MintBody) -> tuple[Response, int]:
        """Make a key for one of the partner's users; it is shown this once."""
        key, secret = apikeys.mint_tenant(
            runtime,
            auth.caller(runtime),
            tenant=body.tenant_id,
            label=body.label,
            mode=None if body.mode is None else Mode(body.mode),
        )
        return jsonify(wire.minted(key, secret)), 201

    @routes.get("/keys", summary="List tenant keys", responses={200: answers.KeyList})
    def list_keys() -> Response:
        """List the keys of the partner's users, oldest first."""
        found = apikeys.tenants(runtime, auth.caller(runtime))
        return jsonify(count=len(found), keys=[wire.tenant_key(runtime, one) for one in found])

    @routes.delete(
        "/keys",
        summary="Revoke a tenant key",
        responses={200: answers.KeyRevoked, **gate.refusals(404)},
    )
    def revoke_key(body: RevokeBody) -> Response:
        """Make the key of one of the partner's users useless; twice is no error."""
        key = apikeys.revoke_tenant(runtime, auth.caller(runtime), body.key_id)
        return jsonify(wire.revoked(key))

    return routes
