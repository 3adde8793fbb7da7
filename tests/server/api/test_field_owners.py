"""Whose a field is that a program hands in."""

from __future__ import annotations

import pytest

from tests.server.api.caller import ADA, a_body, pdf

BEA = {"name": "Bea", "email": "b@example.com", "role": "Tenant"}
HERE = {"type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 36}


def owners(api, **changes):
    answer = api.post("/documents", a_body(signers=[ADA, BEA], **changes))
    assert answer.status_code == 201, answer.text
    return {one.id: one.signer for one in api.runtime.store.load(answer.json["id"]).fields}


@pytest.mark.parametrize("written", ["s2", "S2", "b@example.com", "B@EXAMPLE.COM", "Tenant"])
def test_a_field_goes_to_the_signer_that_is_meant(api, written):
    assert owners(api, fields=[{**HERE, "signer": written}]) == {"f1": "s2"}


@pytest.mark.parametrize("written", ["signer2", "Bea", "s7", "Landlord", "c@example.com"])
def test_a_field_of_nobody_is_refused_and_goes_to_nobody_else(api, written):
    answer = api.post(
        "/documents", a_body(signers=[ADA, BEA], fields=[{**HERE, "signer": written}])
    )
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert "s1, s2 (Tenant)" in answer.json["hint"]
    assert api.get("/documents").json["data"] == []


def test_two_signers_of_one_address_are_told_apart_by_their_ids(api):
    twins = [{**BEA, "name": "Bea", "role": ""}, {**BEA, "name": "Bob", "role": ""}]
    field = {**HERE, "signer": "b@example.com"}
    answer = api.post("/documents", a_body(signers=twins, fields=[field]))
    assert answer.status_code == 400
    assert answer.json["hint"] == "Use an id: s1, s2."


def test_what_detect_gives_makes_the_document_that_leaving_it_out_makes(api):
    found = api.post("/detect", {"pdf_base64": pdf()}).json["fields"]
    for signers in ([ADA, {**BEA, "role": ""}], [{**BEA, "role": "Company"}, ADA]):
        left_out = api.post("/documents", a_body(signers=signers)).json["id"]
        handed_in = api.post("/documents", a_body(signers=signers, fields=found)).json["id"]
        before, after = (
            {one.id: one.signer for one in api.runtime.store.load(made).fields}
            for made in (left_out, handed_in)
        )
        assert set(before.values()) == {"s1", "s2"}
        assert {name: after[name] for name in before} == before


def test_what_detect_gives_for_nobody_becomes_no_field(api):
    fields = [{**HERE, "signer": "Notary", "for_nobody": True}, {**HERE, "for_nobody": False}]
    assert owners(api, fields=fields) == {"f2": "s1"}
    answer = api.post("/documents", a_body(fields=fields[:1]))
    assert answer.status_code == 400


@pytest.mark.parametrize("written", ["Client", "s9", "c@example.com"])
def test_who_a_field_is_assigned_to_goes_before_whoever_it_names(api, written):
    field = {**HERE, "id": "f1", "signer": written}
    assert owners(api, fields=[field], assignments={"f1": "s2"}) == {"f1": "s2"}


def test_a_field_that_is_for_nobody_is_somebodys_by_assignment(api):
    clerk = {**HERE, "id": "f7", "signer": "Notary", "for_nobody": True}
    fields = [{**HERE, "id": "f1", "signer": None, "confidence": 0.9}, clerk]
    assert owners(api, fields=fields, assignments={"f1": "s1", "f7": "s2"}) == {
        "f1": "s1",
        "f7": "s2",
    }
    assert owners(api, fields=fields, assignments={"f1": "s2"}) == {"f1": "s2"}


def test_an_assignment_to_nobody_is_refused(api):
    field = {**HERE, "id": "f1", "signer": "Client"}
    body = a_body(signers=[ADA, BEA], fields=[field])
    for assignments, missing in (({"f1": "s9"}, "signer 's9'"), ({"f2": "s1"}, "")):
        answer = api.post("/documents", {**body, "assignments": assignments})
        assert answer.status_code == 400
        assert missing in answer.json["message"]
