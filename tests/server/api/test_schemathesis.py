"""Schemathesis judges the API by its own description: thousands of requests that nobody wrote.

No answer may be a 5xx, have a status or a body that is not declared, or succeed without a key.
"""

from __future__ import annotations

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from sygn_cli.services import apikeys, templates
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.runtime import Settings
from tests.runtimes import sample
from tests.server.api.caller import UNCOUNTED, Caller, pdf, serve
from tests.soak import SOAK, at_length

# For each of some twenty routes, and for sequences of up to six requests.
EXAMPLES = at_length(30, 800)
SEQUENCES = at_length(25, 800)
# What a schema cannot say: this is no PDF, that is no cursor, the document is gone.
REFUSALS = ["400", "410", "413", "422"]


def a_server() -> tuple[Caller, str]:
    """Return a server with a template, and a partner's key, which may do most."""
    api = serve(Settings(**UNCOUNTED))
    templates.add(api.runtime, GivenFile("nda.pdf", sample("nda.pdf")), slug="nda", shared=True)
    _, secret = apikeys.create(api.runtime, label="judged", partner=True)
    return api, secret


API, KEY = a_server()
schema = schemathesis.openapi.from_wsgi("/openapi.json", API.client.application)
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
schema.config.update(base_url="http://127.0.0.1:7447", headers=AUTHORIZED)
for check in (
    schema.config.checks.positive_data_acceptance,
    schema.config.checks.negative_data_rejection,
):
    check.expected_statuses = [*check.expected_statuses, *REFUSALS]
rules = settings(
    deadline=None,
    derandomize=not SOAK,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@schemathesis.hook
def map_body(context, body):
    """Put a real PDF where a PDF belongs in half of the bodies: random base64 never is one."""
    if isinstance(body, dict) and isinstance(body.get("pdf_base64"), str) and len(str(body)) % 2:
        return {**body, "pdf_base64": pdf("letter.pdf")}
    return body


def _judging(path, method):
    """Return a test of one route, with a name of its own: workers share tests out by name."""

    @pytest.mark.slow
    @schema.include(path=path, method=method).parametrize()
    @settings(rules, max_examples=EXAMPLES)
    def judging(case):
        # Named here too: the judge takes a key beside headers that it made for one it made.
        case.call_and_validate(headers=AUTHORIZED)

    return judging


ROUTES = [
    (path, method.upper())
    for path, operations in json.loads(API.client.get("/openapi.json").data)["paths"].items()
    for method in operations
]
for _path, _method in ROUTES:
    _name = re.sub(r"\W+", "_", f"{_method.lower()} {_path}").strip("_")
    globals()[f"test_{_name}_keeps_to_its_description"] = _judging(_path, _method)


@pytest.mark.slow
def test_sequences_of_requests_keep_to_it_too():
    machine = schema.as_state_machine()
    machine.run(settings=settings(rules, max_examples=SEQUENCES, stateful_step_count=6))
