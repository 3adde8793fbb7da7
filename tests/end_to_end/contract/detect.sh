curl https://cybersygn.io/api/v1/detect \
-H "Authorization: Bearer cs_live_xxx" \
-H "Content-Type: application/json" \
-d '{ "pdf_base64": "JVBERi0xLjcK..." }'
