"""Examples below the help of commands; tests see to it that each can be parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "create": (
        'sygn create nda.pdf -s "Ada <ada@example.com>" -s "Alan <alan@example.com>"',
        'sygn create nda.pdf --role "Company=Ada <a@x.org>" --role "Recipient=Alan <b@x.org>"',
        'sygn create letter.pdf --signer "Ada Lovelace <ada@example.com>" --expires 14d',
        'sygn create a.pdf b.pdf --signer "Ada <ada@example.com>;lang=de;auth=code"',
        "sygn detect nda.pdf --json > f.json; edit f.json; sygn create nda.pdf --fields f.json ...",
    ),
    "serve": (
        "sygn serve --open",
        "sygn serve --lan --qr @last",
        "sygn serve --public-url https://sign.example.com --trusted-proxy 10.0.0.0/8",
    ),
    "status": ("sygn status @last", "sygn status doc_01m7 --wait --timeout 2h --json --no-links"),
    "list": ("sygn list --status sent --since 7d", "sygn list --nl | jq -r .id"),
    "link": ("sygn link @last s1 --qr", "sygn link @last ada@example.com --rotate"),
    "unlock": ("sygn unlock @last s1 --new-secrets",),
    "delegate": ('sygn delegate @last s1 "Grace Hopper <grace@example.com>"',),
    "sign": (
        'sygn sign @last s1 --type "Ada Lovelace"',
        'sygn sign @last s1 --type "Ada Lovelace" --value f4=Berlin --look flowing',
    ),
    "remind": ("sygn remind @last", "0 8 * * *  sygn remind --due"),
    "void": ('sygn void @last --reason "wrong price"',),
    "download": ("sygn download @last -o signed.pdf", "sygn download @last | lpr"),
    "audit": (
        "sygn audit @last -o certificate.pdf",
        "sygn audit @last --format jsonl",
        "sygn audit --checkpoint -o checkpoint.txt",
        "sygn audit --verify --against checkpoint.txt",
    ),
    "export": ("sygn export @last -o bundle.zip",),
    "seal": (
        "sygn seal report.pdf -o sealed.pdf",
        "sygn seal report.pdf -o sealed.pdf --visible 1,72,700,200,40 --reason Approved",
    ),
    "timestamp": ("sygn timestamp signed.pdf --check", "sygn timestamp signed.pdf --in-place"),
    "verify": (
        "sygn verify signed.pdf",
        "sygn verify signed.pdf --trust root.pem --signers 2",
        "sygn verify archive/ --json",
    ),
    "detect": (
        "sygn detect contract.pdf --preview out.png",
        "sygn detect contract.pdf --all --type signature",
        "sygn detect contract.pdf --anchor '/sn1/=signature'",
    ),
    "backup": ("sygn backup sygn.tar.gz", "sygn backup - | zstd > sygn.tar.zst"),
    "restore": ("sygn restore sygn.tar.gz -w /srv/sygn",),
    "fsck": ("sygn fsck", "sygn fsck --repair"),
    "purge": ("sygn purge --older-than 2y --dry-run", "sygn purge --state voided,expired --yes"),
    "init": ("sygn init", "sygn init ~/contracts"),
    "help": ("sygn help exit-codes", "sygn help keys create"),
    "keys create": (
        "key=$(sygn keys create --label ci)",
        "sygn keys create --mode test --expires 30d",
        "sygn keys create --partner --label acme",
    ),
    "keys revoke": (
        "sygn keys revoke key_01m7",
        "sygn keys revoke seal --reason key-compromise --since 2026-06-13",
    ),
    "keys export-root": ("sygn keys export-root -o root.pem",),
    "keys export-crl": ("sygn keys export-crl -o list.pem",),
    "keys import": ("sygn keys import company.p12 --passphrase-file secret.txt",),
    "keys protect": ("sygn keys protect", "sygn keys protect --remove"),
    "templates add": ('sygn templates add nda.pdf --slug nda --title "Mutual NDA" --group Legal',),
    "webhooks listen": ("SYGN_WEBHOOK_SECRET=whsec_... sygn webhooks listen",),
    "webhooks add": (
        "sygn webhooks add https://example.com/hook --event doc.completed",
        "sygn webhooks add http://127.0.0.1:7448/ --allow-private",
    ),
    "webhooks deliveries": ("sygn webhooks deliveries --failed",),
    "webhooks replay": ("sygn webhooks replay --failed @last",),
    "mail test": ("sygn mail test ada@example.com",),
    "mail retry": ("sygn mail retry --failed",),
}


def below(command: str) -> str | None:
    """Return what stands below the help of a command such as ``keys create``; None for nothing."""
    if command not in EXAMPLES:
        return None
    # \b keeps the lines as they are, to be copied.
    return "\b\n" + "\n".join(["Examples:", *(f"  {line}" for line in EXAMPLES[command])])
