curl https://cybersygn.io/api/v1/templates \
-H "Authorization: Bearer cs_live_xxx"
