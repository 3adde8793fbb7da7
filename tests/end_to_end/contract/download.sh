curl https://cybersygn.io/api/v1/documents/doc_abc123/download \
-H "Authorization: Bearer cs_live_xxx" \
-o signed.pdf
