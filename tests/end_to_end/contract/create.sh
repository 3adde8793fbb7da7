curl https://cybersygn.io/api/v1/documents \
-H "Authorization: Bearer cs_live_xxx" \
-H "Content-Type: application/json" \
-d '{
"title": "Mutual NDA",
"pdf_base64": "JVBERi0xLjcK...",
"signers": [
{ "name": "Ada Lovelace", "email": "ada@example.com", "order": 0 },
{ "name": "Alan Turing", "email": "alan@example.com", "order": 1 }
],
"signing_order": "sequential"
}'
