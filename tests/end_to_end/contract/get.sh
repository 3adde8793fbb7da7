curl https://cybersygn.io/api/v1/documents/doc_abc123 \
-H "Authorization: Bearer cs_live_xxx"
