"""Drives a document from creation to completion with a client that openapi-python-client wrote.

Run by the interpreter that holds that generator: ``python generated_client.py BASE KEY PDF``, with the
folder of the generated package ``sygn_client`` on the path. Prints what came of it as JSON.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import httpx
from sygn_client import AuthenticatedClient
from sygn_client.api.documents import (
    audit_document,
    create_document,
    download_document,
    get_document,
    list_documents,
    void_document,
)
from sygn_client.api.library import detect, me
from sygn_client.api.webhooks import add_webhook, get_webhook, list_deliveries, list_webhooks
from sygn_client.models import (
    CreateBody,
    CreateBodySigningOrder,
    DetectBody,
    DocumentCreated,
    FieldBody,
    FieldBodyType,
    SignerBody,
    VoidBody,
    WebhookBody,
    WebhookBodyEventsType0Item,
)


def body(pdf: str) -> CreateBody:
    place = {"page": 1, "width": 200.0, "height": 30.0, "type_": FieldBodyType.SIGNATURE}
    return CreateBody(
        title="From a generated client",
        pdf_base64=pdf,
        signers=[
            SignerBody(name="Ada Lovelace", email="ada@example.com", order=0),
            SignerBody(name="Alan Turing", email="alan@example.com", order=1),
        ],
        fields=[
            FieldBody(id="ada", signer="s1", x=72.0, y=600.0, **place),
            FieldBody(id="alan", signer="s2", x=72.0, y=650.0, **place),
        ],
        signing_order=CreateBodySigningOrder.SEQUENTIAL,
    )


def sign(base: str, url: str, field: str, name: str) -> None:
    """Do what the signing page does in a browser."""
    headers = {"X-Signing-Token": url.partition("?t=")[2], "Origin": base}
    with httpx.Client(base_url=base, headers=headers, timeout=60) as browser:
        browser.get(url).raise_for_status()
        for path, told in (
            ("/x/viewed", {}),
            ("/x/consent", {}),
            ("/x/sign", {"marks": {field: {"kind": "typed", "text": name}}}),
        ):
            browser.post(path, json=told).raise_for_status()


def webhooks(client: AuthenticatedClient, url: str) -> dict[str, object]:
    """Add a webhook and one for a document, and tell what the lists say of them."""
    asked = WebhookBody(url=url, events=[WebhookBodyEventsType0Item.SIGNER_LOCKED])
    added = add_webhook.sync(client=client, body=asked)
    listed = list_webhooks.sync(client=client).data
    own = next(one for one in listed if one.id != added.id)
    return {
        "secret": added.secret[:6],
        "added": [added.url, [str(one) for one in added.events]],
        "listed": len(listed),
        "own": [own.url, str(own.documents), str(get_webhook.sync(own.id, client=client).mode)],
        "deliveries": len(list_deliveries.sync(added.id, client=client).data),
    }


def main(base: str, key: str, pdf_path: str) -> None:
    pdf = base64.b64encode(Path(pdf_path).read_bytes()).decode()
    client = AuthenticatedClient(base_url=base, token=key, timeout=httpx.Timeout(60))
    created = create_document.sync(client=client, body=body(pdf))
    assert isinstance(created, DocumentCreated), created
    links = [signer.signing_url for signer in created.signers]
    before = get_document.sync(created.id, client=client)
    sign(base, links[0], "ada", "Ada Lovelace")
    between = get_document.sync(created.id, client=client)
    sign(base, links[1], "alan", "Alan Turing")
    after = get_document.sync(created.id, client=client)
    asked = body(pdf)
    asked.webhook_url = "https://example.com/of-a-document"
    other = create_document.sync(client=client, body=asked)
    voided = void_document.sync(other.id, client=client, body=VoidBody(reason="a test"))
    print(
        json.dumps(
            {
                "statuses": [str(one.status) for one in (before, between, after)],
                "signed": download_document.sync_detailed(created.id, client=client)
                .content[:5]
                .decode(),
                "audit": audit_document.sync_detailed(created.id, client=client)
                .content[:5]
                .decode(),
                "listed": [str(one.status) for one in list_documents.sync(client=client).data],
                "voided": str(voided.status),
                "webhooks": webhooks(client, "https://example.com/hook"),
                "account": me.sync(client=client).account,
                "detected": detect.sync(client=client, body=DetectBody(pdf_base64=pdf)).count,
                "missing": get_document.sync(
                    "doc_01jd0000000000000000000000", client=client
                ).error,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
