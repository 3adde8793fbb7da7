const res = await fetch(
"https://cybersygn.io/api/v1/documents/doc_abc123/download",
{ headers: { "Authorization": "Bearer cs_live_xxx" } }
);
if (res.ok) {
const bytes = new Uint8Array(await res.arrayBuffer());
// write bytes to disk / storage
}
