curl -X POST https://cybersygn.io/api/v1/documents/doc_abc123/void \
-H "Authorization: Bearer cs_live_xxx"
