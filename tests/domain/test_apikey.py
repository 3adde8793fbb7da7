"""API keys: their form, their hashes, and whose account they name."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain import apikey
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import InvalidRequest, Unauthorized
from tests.life import NOW

ENTROPY = st.binary(min_size=32, max_size=32)
PARTNERS = st.from_regex(r"[a-z0-9]{1,32}", fullmatch=True)
TENANTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)


def a_key(entropy: bytes = b"k" * 32, **changes):
    return apikey.mint(**{"mode": Mode.LIVE, "entropy": entropy, "at": NOW, **changes})


@given(ENTROPY)
def test_a_key_has_the_form_of_the_contract_and_leads_to_its_id(entropy):
    key, secret = a_key(entropy)
    assert re.fullmatch(r"cs_live_[A-Za-z0-9_-]{43}", secret)
    assert apikey.id_of(secret) == key.id
    assert apikey.KEY_ID.fullmatch(key.id)
    assert apikey.opens(secret, key)


@given(ENTROPY, ENTROPY)
def test_only_its_own_secret_opens_a_key(one, other):
    key, secret = a_key(one)
    _, foreign = a_key(other)
    assert apikey.opens(foreign, key) == (one == other)
    assert not apikey.opens(secret.replace("cs_live_", "cs_test_"), key)


def test_neither_the_key_nor_its_id_hold_the_secret():
    key, secret = a_key()
    assert secret[8:] not in repr(key)


@pytest.mark.parametrize("written", ["", "cs_live_", "sk_live_" + "a" * 43, "cs_live_" + "a" * 44])
def test_what_has_not_the_form_of_a_key_is_none(written):
    with pytest.raises(Unauthorized):
        apikey.id_of(written)


@given(PARTNERS, TENANTS, PARTNERS, TENANTS)
def test_no_two_partners_and_tenants_share_an_account(partner, tenant, other, another):
    same = apikey.tenant_account(partner, tenant) == apikey.tenant_account(other, another)
    assert same == ((partner, tenant) == (other, another))


@given(PARTNERS, PARTNERS, TENANTS)
def test_no_tenant_has_the_account_of_a_partner_or_of_the_command_line(partner, other, tenant):
    account = apikey.tenant_account(partner, tenant)
    assert account not in {apikey.partner_account(other), "local"}


@pytest.mark.parametrize("name", ["", "a-b", "a b", "ä", "x" * 33])
def test_what_cannot_name_a_partner_is_refused(name):
    with pytest.raises(InvalidRequest):
        apikey.partner_name(name)


def test_a_key_is_good_until_its_deadline():
    key, _ = a_key(expires_at=NOW + timedelta(days=1))
    key.require_good(NOW)
    with pytest.raises(Unauthorized):
        key.require_good(NOW + timedelta(days=1))
    assert key.state(NOW) == "good"
    assert key.state(NOW + timedelta(days=1)) == "expired"
