const res = await fetch(
"https://cybersygn.io/api/v1/documents/doc_abc123/audit",
{ headers: { "Authorization": "Bearer cs_live_xxx" } }
);
const auditBytes = new Uint8Array(await res.arrayBuffer());
