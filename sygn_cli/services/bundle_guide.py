"""VERIFY.md: how to check an evidence bundle with openssl, qpdf, sha256sum and a shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.signatures import TIMESTAMP, Embedded

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A sealed PDF of the bundle.

    Attributes:
        size: In bytes.
        at: When it was sealed, in seconds of Unix time.
        events: How many events of the trail it carries inside.
    """

    name: str
    size: int
    at: int
    events: int
    signatures: tuple[Embedded, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """What the text tells about.

    Attributes:
        document: Its id.
        originals: Names of the source files.
        events: Length of the trail.
        head: Hash of the trail's last event.
    """

    document: str
    originals: tuple[str, ...]
    signed: tuple[SignedFile, ...]
    events: int
    head: str


def der_name(file: SignedFile, number: int) -> str:
    """Return where the bundle has a file's n-th signature, counted from 1."""
    return f"signatures/{file.name}-{number}.der"


def text(guide: Guide) -> str:
    """Return the guide."""
    files = " ".join([*guide.originals, *(file.name for file in guide.signed)])
    return "\n".join(
        [
            _INTRODUCTION.format(document=guide.document),
            *_seals(guide),
            _TRAIL_INSIDE,
            *(_inside(file) for file in guide.signed),
            _CHAIN.format(zeros="0" * 64, events=guide.events, head=guide.head),
            _NAMED.format(files=files),
            _LOG,
            _LIMITS,
        ]
    )


def _seals(guide: Guide) -> Iterator[str]:
    yield _SEAL
    for file in guide.signed:
        for number, one in enumerate(file.signatures, start=1):
            yield _signature(file, number, one)


def _signature(file: SignedFile, number: int, one: Embedded) -> str:
    _, before, behind, rest = one.byte_range
    der = der_name(file, number)
    lines = [
        f"### `{file.name}`, field `{one.name}` ({one.kind})",
        "",
        "```sh",
        f"{{ head -c {before} {file.name}; tail -c +{behind + 1} {file.name} | head -c {rest}; }}"
        " > signed-bytes",
        f"gap=$(tail -c +{before + 1} {file.name} | head -c {behind - before} | tr A-F a-f)",
        f"der=$(od -An -v -tx1 {der} | tr -d ' \\n')",
        'test "$(printf %s "${gap#"<$der"}" | tr -d 0)" = ">"',
    ]
    if number == len(file.signatures):
        lines.append(
            f'test "$(tail -c +{behind + rest + 1} {file.name} | head -c 1 | od -An)" = ""'
        )
    if one.kind == TIMESTAMP:
        return "\n".join([*lines, "```", "", _TIMESTAMP.format(der=der)])
    lines += [
        f"openssl cms -verify -binary -inform DER -in {der} -content signed-bytes \\",
        f"  -CAfile root.pem -no-CApath -no-CAstore -purpose any -attime {file.at} -out /dev/null",
        "```",
        "",
    ]
    return "\n".join(lines)


def _inside(file: SignedFile) -> str:
    return "\n".join(
        [
            "```sh",
            f"qpdf --show-attachment=audit.jsonl {file.name} > inside",
            f"head -n {file.events} audit.jsonl | cmp - inside",
            "```",
            "",
        ]
    )


_INTRODUCTION: Final = """\
# How to check this bundle

It holds everything there is to prove about the document `{document}`. You need `openssl` (3.0 or
newer), `qpdf`, `sha256sum` and a POSIX shell with its usual small commands; nothing of the program
that made it, and no network.

Run the blocks below one after the other, in one shell, in the folder that you unpacked. Each block
stops with an error where something is wrong. Begin with this:

```sh
set -eu
export LC_ALL=C
```

## 0. Whom to believe

Everything below proves that the holder of `root.pem` sealed these files. A forger could make a
bundle with a root of their own, so compare this fingerprint with the one that the sender gave you
another way:

```sh
openssl x509 -in root.pem -noout -subject -fingerprint -sha256
```

## 1. The files are whole

```sh
sha256sum --check --quiet SHA256SUMS
qpdf --check signed.pdf
qpdf --check certificate.pdf
```
"""

_SEAL: Final = """\
## 2. The seals are good and cover every byte

A signature in a PDF covers the file up to it and the file behind it. The first command puts these
two stretches together. The next three see that the gap between them holds the signature, zeros
that fill it up, and nothing else; where a line begins with `test "$(tail`, that nothing follows
behind. `openssl` then says `CMS Verification successful`. `-attime` is the time of sealing, so that
this works when the credential has long expired.
"""

_TIMESTAMP: Final = """\
This is a timestamp by an authority of its own. With its root in `tsa-root.pem`:
`openssl ts -verify -data signed-bytes -in {der} -token_in -CAfile tsa-root.pem`
"""

_TRAIL_INSIDE: Final = """\
## 3. The sealed files carry the audit trail

What was known at the time of sealing lies inside, under the seal, and must be how `audit.jsonl`
begins. Before PDF 2.0 readers call this an attachment.
"""

_CHAIN: Final = """\
## 4. The audit trail is one unbroken chain

Each line names the hash of the line before: SHA-256 over a zero byte and the line. The same hash
must stand in the workspace's log, whose line for event *n* is the first of `proofs/n.txt`.

```sh
head={zeros}
n=0
while IFS= read -r line; do
  case $line in
    *"\\"prev\\":\\"$head\\",\\"seq\\":$n,"*) ;;
    *) echo "the chain is broken at event $n"; exit 1 ;;
  esac
  head=$({{ printf '\\000'; printf %s "$line"; }} | sha256sum)
  head=${{head%% *}}
  IFS= read -r entry < "proofs/$n.txt"
  case $entry in
    *"\\"head\\":\\"$head\\",\\"seq\\":$n}}") ;;
    *) echo "event $n is another than in the log"; exit 1 ;;
  esac
  n=$((n + 1))
done < audit.jsonl
test "$n" = {events}
echo "head of the chain: $head"
test "$head" = {head}
```

Signers saw a head of this chain on their receipts: it is the hash of one of these events.
"""

_NAMED: Final = """\
## 5. The trail speaks of these very files

```sh
for file in {files}; do
  hash=$(sha256sum < "$file")
  case $(cat audit.jsonl) in
    *"${{hash%% *}}"*) ;;
    *) echo "the trail does not know $file"; exit 1 ;;
  esac
done
```
"""

_LOG: Final = """\
## 6. Every event is in the workspace's log, under its signed head

`checkpoint` is a C2SP signed note: name of the log, number of entries, root hash, signature. Each
proof leads from one entry to that root as in RFC 6962: leaves are hashed behind a zero byte, pairs
behind a byte of one.

```sh
head -n 3 checkpoint > checkpoint.body
tail -n 1 checkpoint | { read -r dash name signature; printf '%s\\n' "$signature"; } |
  openssl base64 -d -A | tail -c 64 > checkpoint.sig
openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in checkpoint.body -sigfile checkpoint.sig
{ read -r origin; read -r size; read -r root; } < checkpoint.body
for proof in proofs/*.txt; do
  {
    IFS= read -r entry
    { printf '\\000'; printf %s "$entry"; } | openssl dgst -sha256 -binary > top
    while read -r side hash; do
      printf '%s\\n' "$hash" | openssl base64 -d -A > beside
      case $side in
        left) { printf '\\001'; cat beside top; } ;;
        right) { printf '\\001'; cat top beside; } ;;
      esac | openssl dgst -sha256 -binary > next
      cat next > top
    done
  } < "$proof"
  test "$(openssl base64 -in top)" = "$root" || { echo "$proof proves nothing"; exit 1; }
done
echo "$origin: $size entries, all events of this document among them"
```

If you hold a checkpoint of the same log from another time, the one with more entries must be
consistent with the other. Its maker can show that: `sygn audit --verify --against FILE`.
"""

_LIMITS: Final = """\
## What this does not prove

- **Who signed** is as sure as the way each link reached its signer; `certificate.pdf` says which.
- **When** is the word of the sender's own clock, unless a seal carries a timestamp of an authority
  that you trust.
- **That nothing was left out before the seal** by whoever holds the keys. Against them only heads
  and checkpoints count that left their machine earlier: receipts, mails, this bundle.
"""
