const res = await fetch("https://cybersygn.io/api/v1/templates", {
headers: { "Authorization": "Bearer cs_live_xxx" },
});
const { count, templates } = await res.json();
