const res = await fetch(
"https://cybersygn.io/api/v1/documents/doc_abc123/void",
{ method: "POST", headers: { "Authorization": "Bearer cs_live_xxx" } }
);
const doc = await res.json(); // doc.status === "voided"
