const res = await fetch("https://cybersygn.io/api/v1/me", {
headers: { "Authorization": "Bearer cs_live_xxx" },
});
const me = await res.json(); // { ok, account, key_id, mode }
