curl -X POST https://cybersygn.io/api/v1/keys \
-H "Authorization: Bearer $CYBERSYGN_PARTNER_KEY" \
-H "content-type: application/json" \
-d '{"tenant_id": "your-customer-123", "label": "acme"}'
