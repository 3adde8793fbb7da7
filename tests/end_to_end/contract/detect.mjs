const res = await fetch("https://cybersygn.io/api/v1/detect", {
method: "POST",
headers: {
"Authorization": "Bearer cs_live_xxx",
"Content-Type": "application/json",
},
body: JSON.stringify({ pdf_base64: pdfBase64 }),
});
const { count, fields } = await res.json();
