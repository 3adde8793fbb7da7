"""Documents as the REST API and ``--json`` show them: CyberSygn's names, to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import moment
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.services import links, sending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.domain.apikey import ApiKey
    from sygn_cli.domain.beside import Delegation, Question
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.field import Detection, Field
    from sygn_cli.domain.listing import Page
    from sygn_cli.domain.signer import Signer
    from sygn_cli.domain.template import Template
    from sygn_cli.services.identity import Given
    from sygn_cli.services.runtime import Runtime

_WEBHOOK_NOTE = (
    "Subscribe to doc.completed via your account webhook to be notified when all signers finish."
)


def created(
    runtime: Runtime, document: Document, given: Mapping[str, Given] | None = None
) -> dict[str, object]:
    """Return the answer to a creation, with the secrets that are shown only now."""
    shown = status(runtime, document, with_links=True)
    shown["signers"] = [
        _signer(runtime, document, one, with_links=True) | secrets((given or {}).get(one.id))
        for one in document.signers
    ]
    return {**shown, "webhook_note": _WEBHOOK_NOTE}


def secrets(given: Given | None) -> dict[str, object]:
    """Return what the sender has to pass on to a signer, as far as there is something."""
    if given is None:
        return {}
    shown = {"access_code": given.access_code, "totp_uri": given.totp_uri}
    return {name: value for name, value in shown.items() if value}


def unlocked(document: Document, signer_id: str, given: Given) -> dict[str, object]:
    """Return that a signer may try again, with their new secrets if they have any."""
    locked = document.signer(signer_id).identity.is_locked
    return {"document": document.id, "signer": signer_id, "locked": locked, **secrets(given)}


def status(runtime: Runtime, document: Document, *, with_links: bool) -> dict[str, object]:
    """Return a document's state.

    Args:
        runtime: For links and addresses.
        document: The document.
        with_links: Show the signing links: to the operator, never to another signer.
    """
    base = f"{runtime.settings.public_url.rstrip('/')}/api/v1/documents/{document.id}"
    is_completed = document.status is DocumentStatus.COMPLETED
    return {
        "id": document.id,
        "status": str(document.status),
        "title": document.title,
        "signing_order": str(document.signing_order),
        "signatures": str(document.signatures),
        "mode": str(document.mode),
        "locale": document.locale or None,
        "field_count": len(document.fields),
        "detected_fields": document.detected_fields,
        "files": [
            {"name": f.name, "sha256": f.sha256, "pages": len(f.pages)} for f in document.files
        ],
        "signers": [
            _signer(runtime, document, one, with_links=with_links) for one in document.signers
        ],
        "cc": list(document.cc),
        "allow_delegation": document.allow_delegation,
        "delegations": [_delegation(one) for one in document.delegations],
        "questions": [_question(one) for one in document.questions],
        "created_at": moment.to_wire(document.created_at),
        "expires_at": moment.to_wire_if(document.expires_at),
        "completed_at": moment.to_wire_if(document.completed_at),
        "declined_at": moment.to_wire_if(document.declined_at),
        "expired_at": moment.to_wire_if(document.expired_at),
        "voided_at": moment.to_wire_if(document.voided_at),
        "sealed_sha256": document.sealed_sha256 or None,
        "seal_error": document.seal_error or None,
        "audit_head": document.head,
        "status_url": base,
        "download_url": f"{base}/download" if is_completed else None,
        "audit_url": f"{base}/audit" if is_completed else None,
    }


def _delegation(one: Delegation) -> dict[str, object]:
    return {
        "signer": one.signer,
        "at": moment.to_wire(one.at),
        "from": {"name": one.from_name, "email": one.from_email},
        "to": {"name": one.name, "email": one.email},
        "by": "operator" if one.by_operator else "signer",
        "reason": one.reason or None,
    }


def _question(one: Question) -> dict[str, object]:
    return {"signer": one.signer, "at": moment.to_wire(one.at), "text": one.text}


def listing(runtime: Runtime, page: Page) -> dict[str, object]:
    """Return a stretch of a list."""
    return {
        "data": [status(runtime, one, with_links=False) for one in page.documents],
        "has_more": page.next_cursor is not None,
        "next_cursor": page.next_cursor,
    }


def detection(one: Detection) -> dict[str, object]:
    """Return a detected field; places in points from the top left of the displayed page."""
    return {
        "id": one.id,
        "type": str(one.type),
        "page": one.page,
        **_box(one),
        "confidence": round(one.confidence, 2),
        "label": one.label,
        "signer": one.party or None,
        "for_nobody": one.for_nobody,
        "reason": one.reason,
        "source": str(one.source),
        **({"value": "yes"} if one.marked else {}),
        **_choices(one),
    }


def field(one: Field) -> dict[str, object]:
    """Return a field as ``--fields`` takes it."""
    return {
        "id": one.id,
        "type": str(one.type),
        "file": one.file,
        "page": one.page,
        **_box(one),
        "signer": one.signer,
        "label": one.label,
        "required": one.required,
        "editable": one.editable,
        "read_only": one.read_only,
        "max_length": one.max_length,
        "value": one.value,
        **_choices(one),
        **{key: limit for key, limit in _limits(one).items() if limit not in {"", None}},
    }


def _choices(one: Detection | Field) -> dict[str, object]:
    """Return what only radio places and selects have."""
    shown: dict[str, object] = {"group": one.group, "options": list(one.options)}
    return {key: value for key, value in shown.items() if value}


def _limits(one: Field) -> dict[str, str | int | None]:
    return {"minimum": one.minimum, "maximum": one.maximum, "decimals": one.decimals}


def reminded(runtime: Runtime, document: Document, waiting: Sequence[Signer]) -> dict[str, object]:
    """Return whose turn it is with their links, and whether letters bring them those."""
    return {
        "id": document.id,
        "status": str(document.status),
        "channel": sending.channel(runtime, document),
        "signers": [_signer(runtime, document, one, with_links=True) for one in waiting],
    }


def template(one: Template) -> dict[str, object]:
    """Return a template as lists show it."""
    return {"slug": one.slug, "title": one.title, "group": one.group, "roles": list(one.roles)}


def template_in_full(one: Template) -> dict[str, object]:
    """Return a template with its fields, each with the party that it belongs to."""
    fields = [{**field(f), "signer": one.parties.get(f.id, "")} for f in one.fields]
    return {
        **template(one),
        "file": one.file_name,
        "sha256": one.sha256,
        "account": one.account,
        "shared": one.shared,
        "created_at": moment.to_wire(one.created_at),
        "fields": fields,
    }


def minted(key: ApiKey, secret: str) -> dict[str, object]:
    """Return a tenant's new key with its secret, this once."""
    return {
        "key": secret,
        "key_id": key.id,
        "tenant_id": key.tenant,
        "account": key.account,
        "unmetered": True,
    }


def tenant_key(runtime: Runtime, key: ApiKey) -> dict[str, object]:
    """Return a tenant's key without its secret."""
    return {
        "key_id": key.id,
        "tenant_id": key.tenant,
        "account": key.account,
        "label": key.label,
        "mode": str(key.mode),
        "created_at": moment.to_wire(key.created_at),
        "expires_at": moment.to_wire_if(key.expires_at),
        "revoked_at": moment.to_wire_if(key.revoked_at),
        "last_used_at": moment.to_wire_if(runtime.api_keys.last_used(key.id)),
    }


def key(runtime: Runtime, one: ApiKey) -> dict[str, object]:
    """Return any key without its secret, for whoever owns the workspace."""
    shown = tenant_key(runtime, one)
    return {**shown, "tenant_id": one.tenant or None, "can_provision": one.can_provision}


def revoked(key: ApiKey) -> dict[str, object]:
    """Return that a key is dead."""
    return {"key_id": key.id, "revoked": True, "revoked_at": moment.to_wire_if(key.revoked_at)}


def _box(one: Detection | Field) -> dict[str, object]:
    box = one.box
    names = ("x", "y", "width", "height")
    values = (box.x, box.y, box.width, box.height)
    return {name: round(value, 2) for name, value in zip(names, values, strict=True)}


def _signer(
    runtime: Runtime, document: Document, signer: Signer, *, with_links: bool
) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": signer.id,
        "name": signer.name,
        "email": signer.email,
        "role": signer.role or None,
        "locale": signer.locale or None,
        "order": signer.order,
        "status": str(signer.status),
        "auth": [str(step) for step in signer.auth],
        "locked": signer.identity.is_locked,
        "viewed_at": moment.to_wire_if(signer.viewed_at),
        "signed_at": moment.to_wire_if(signer.signed_at),
        "declined_at": moment.to_wire_if(signer.declined_at),
        "decline_reason": signer.decline_reason or None,
        "mailed_at": moment.to_wire_if(signer.mailed_at),
        "mail_error": signer.mail_error or None,
    }
    if with_links and document.status.is_open:
        shown["signing_url"] = links.signing_url(runtime, document, signer)
    return shown
