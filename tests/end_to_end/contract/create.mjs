const res = await fetch("https://cybersygn.io/api/v1/documents", {
method: "POST",
headers: {
"Authorization": "Bearer cs_live_xxx",
"Content-Type": "application/json",
},
body: JSON.stringify({
title: "Mutual NDA",
pdf_base64: pdfBase64, // or: template: "non-disclosure-agreement"
signers: [
{ name: "Ada Lovelace", email: "ada@example.com", order: 0 },
{ name: "Alan Turing", email: "alan@example.com", order: 1 },
],
signing_order: "sequential",
}),
});
const doc = await res.json();
console.log(doc.id, doc.signers[0].signing_url);
