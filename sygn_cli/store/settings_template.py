"""What a new workspace's ``sygn.toml`` says: every setting, commented out, with its default."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = """\
# Settings of this sygn workspace. Take away a "#" to change one; flags and SYGN_* variables win.

# How people reach the server; links begin with it. Without it those of "sygn serve" begin with
# the address that it listens on, those of all other commands with http://127.0.0.1:7447.
#public_url = "https://sign.example.com"

# How long a document may be signed: 30d, 2w, a date, or "never".
#expires = "30d"

# How long finished documents are kept before "sygn purge" removes them: "never" keeps them.
#retention = "never"

# Largest PDF that is accepted: megabytes and pages.
#max_pdf_mb = 25
#max_pages = 2000

# How often an API key may ask, and an address that sends no good key.
#api_per_minute = 100
#api_burst = 200
#stranger_per_minute = 60

# Name in the credential of the seal.
#organisation = "Example Ltd"

# Where the owner's page may be opened with its link: "local" (this machine), "remote", or "off".
# A proxy on this machine must pass on Host or add X-Forwarded-For; one that does neither makes
# everybody look local, and then only the link's secret stands between them and the page.
#owner_page = "local"

# Whether signers may let somebody else sign in their place; a document may say otherwise.
#allow_delegation = true

# Web sites that may show the signing page in a frame.
#embed_origins = ["https://app.example.com"]

# Proxies whose X-Forwarded-For is believed.
#trusted_proxies = ["10.0.0.0/8"]

# Time-stamp authority (RFC 3161) for seals; without it seals carry no trusted time.
#tsa = "https://freetsa.org/tsr"

# Its root in PEM, so that this workspace trusts its timestamps when it verifies.
#tsa_trust = "-----BEGIN CERTIFICATE-----..."

# PAdES level of seals: B-B, B-T, B-LT or B-LTA; and whether a document waits rather than be
# completed at a lower level when the authority fails.
#level = "B-T"
#level_required = false

# "each": beside the seal, every signer has a digital signature of their own in the file, by a
# credential that the CA of this workspace issues to them.
#signatures = "seal"

# Who hears of documents that are completed, declined or expired, and gets signers' questions.
#owner = "Ada Lovelace <ada@example.com>"

# Days before the deadline on which signers are reminded; [] for never.
#reminders = [3, 1]

# Whether the mail that tells of a completion brings the signed PDF, and up to how many megabytes.
#attach_signed = true
#attach_max_mb = 10

# Mail to signers. The password comes from SYGN_SMTP_PASSWORD, or from a file of its own. Without
# a server letters are written into the folder "mail", and nobody gets them.
#[smtp]
#host = "smtp.example.com"
#security = "starttls"  # or "tls", or "plain" on a network that is your own
#port = 587
#user = "sygn@example.com"
#password_file = "/run/secrets/smtp"
#sender = "Contracts <sygn@example.com>"
#reply_to = "Ada Lovelace <ada@example.com>"
#ca_file = "/etc/ssl/our-ca.pem"  # authorities to trust besides the system's
#timeout = 30  # seconds to wait for each answer

# A token (PKCS #11) with the key that seals: smart card, USB key, HSM. The PIN comes from the
# variable SYGN_PKCS11_PIN or SYGN_PKCS11_PIN_FILE, or is asked for; label is that of key and
# certificate, chain what is above the certificate and not on the token. Needs sygn[pkcs11].
#[pkcs11]
#module = "/usr/lib/softhsm/libsofthsm2.so"
#token = "Example Ltd"
#label = "seal"
#chain = "-----BEGIN CERTIFICATE-----..."
"""
