#!/bin/sh
# Verify a webhook: `verify.sh SECRET WEBHOOK_ID WEBHOOK_TIMESTAMP WEBHOOK_SIGNATURE < body`. Needs openssl.
# To see what is sent, open a channel and test it (KEY is an API key, BASE the address of the installation):
#   curl -s -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
#     -d '{"kind":"webhook","name":"Ops","config":{"url":"https://hooks.example.com/tiktok"}}' "$BASE/api/v1/channels"
#   curl -s -X POST -H "Authorization: Bearer $KEY" "$BASE/api/v1/channels/$ID/test"
set -eu
secret=$1 id=$2 timestamp=$3 signatures=$4
age=$(($(date +%s) - timestamp))
if [ "${age#-}" -gt 300 ]; then echo refused; exit 1; fi
key=$(printf %s "${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
digest=$({ printf '%s.%s.' "$id" "$timestamp"; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
for one in $signatures; do
  if [ "$one" = "v1,$digest" ]; then echo genuine; exit 0; fi
done
echo refused
exit 1
