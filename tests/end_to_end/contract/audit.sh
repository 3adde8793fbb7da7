curl https://cybersygn.io/api/v1/documents/doc_abc123/audit \
-H "Authorization: Bearer cs_live_xxx" \
-o audit.pdf
