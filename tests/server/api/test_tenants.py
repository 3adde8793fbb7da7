"""Partners mint keys for their own users, and no account reaches another."""

from __future__ import annotations

from sygn_cli.domain.document import Mode


def test_a_partner_mints_a_key_that_is_shown_once(api):
    master = api.another(label="acme", partner=True)
    answer = master.post("/keys", {"tenant_id": "your-customer-123", "label": "acme"})
    assert answer.status_code == 201
    assert answer.json.keys() == {"key", "key_id", "tenant_id", "account", "unmetered"}
    assert answer.json["key"].startswith("cs_live_")
    assert len(answer.json["key"]) == len("cs_live_") + 43
    assert answer.json["account"] == "p-acme-your-customer-123"
    assert answer.json["unmetered"] is True
    assert answer.json["key"] not in master.get("/keys").text


def test_a_tenant_acts_as_its_own_account_and_sees_nothing_else(api):
    one, two = api.tenant("one"), api.tenant("two")
    mine = one.create()
    assert one.get("/me").json["account"] == "p-acme-one"
    assert one.get(f"/documents/{mine}").status_code == 200
    for stranger in (two, api, api.another(label="acme", partner=True)):
        assert stranger.get(f"/documents/{mine}").status_code == 403
        assert stranger.get("/documents").json["data"] == []


def test_two_keys_of_one_tenant_share_its_documents(api):
    first, second = api.tenant("one"), api.tenant("one")
    assert second.get(f"/documents/{first.create()}").status_code == 200


def test_a_tenant_cannot_mint_list_or_revoke(api):
    tenant = api.tenant("one")
    key_id = tenant.get("/me").json["key_id"]
    assert tenant.post("/keys", {"tenant_id": "x"}).status_code == 403
    assert tenant.get("/keys").status_code == 403
    assert tenant("DELETE", "/keys", {"key_id": key_id}).status_code == 403
    assert api.post("/keys", {"tenant_id": "x"}).status_code == 403


def test_a_partner_lists_its_own_tenants_only(api):
    api.tenant("one", partner="acme")
    api.tenant("two", partner="acme")
    api.tenant("three", partner="other")
    answer = api.another(label="acme", partner=True).get("/keys")
    assert answer.status_code == 200
    assert answer.json["count"] == 2
    assert {key["tenant_id"] for key in answer.json["keys"]} == {"one", "two"}


def test_a_revoked_key_opens_nothing_and_revoking_twice_is_no_error(api):
    tenant = api.tenant("one")
    master = api.another(label="acme", partner=True)
    key_id = tenant.get("/me").json["key_id"]
    for _ in range(2):
        answer = master("DELETE", "/keys", {"key_id": key_id})
        assert answer.status_code == 200
        assert answer.json["revoked"] is True
    assert tenant.get("/me").status_code == 401


def test_a_partner_cannot_revoke_what_is_not_its_tenants(api):
    master = api.another(label="acme", partner=True)
    foreign = api.tenant("one", partner="other")
    for other in (api, foreign, master):
        key_id = other.get("/me").json["key_id"]
        assert master("DELETE", "/keys", {"key_id": key_id}).status_code == 403
        assert other.get("/me").status_code == 200
    missing = master("DELETE", "/keys", {"key_id": "key_" + "0" * 26})
    assert missing.status_code == 404


def test_names_cannot_be_chosen_to_meet_another_account(api):
    """``p-a-b-c`` has one reading only: partner names hold no hyphen."""
    master = api.another(label="acme", partner=True)
    for tenant in ("", "-x", "a b", "x" * 65, "../x", "ü"):
        assert master.post("/keys", {"tenant_id": tenant}).status_code == 400


def test_a_partners_test_key_makes_test_keys_only(api):
    master = api.another(label="acme", partner=True, mode=Mode.TEST)
    assert master.post("/keys", {"tenant_id": "one"}).json["key"].startswith("cs_test_")
    assert master.post("/keys", {"tenant_id": "one", "mode": "live"}).status_code == 403
    live = api.another(label="acme", partner=True)
    answer = live.post("/keys", {"tenant_id": "one", "mode": "test"})
    assert answer.json["key"].startswith("cs_test_")


def test_when_a_key_was_used_is_known(api):
    master = api.another(label="acme", partner=True)
    tenant = api.with_key(master.post("/keys", {"tenant_id": "one"}).json["key"])
    assert master.get("/keys").json["keys"][0]["last_used_at"] is None
    tenant.get("/me")
    assert master.get("/keys").json["keys"][0]["last_used_at"] == "2026-11-21T12:00:00.000Z"
