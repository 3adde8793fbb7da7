curl https://cybersygn.io/api/v1/me \
-H "Authorization: Bearer cs_live_xxx"
