const res = await fetch(
"https://cybersygn.io/api/v1/documents/doc_abc123",
{ headers: { "Authorization": "Bearer cs_live_xxx" } }
);
const doc = await res.json();
if (doc.status === "completed") {
console.log("Ready:", doc.download_url);
}
