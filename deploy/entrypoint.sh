#!/bin/sh
# Takes this app's secrets from the mounted folder, if there is one, and becomes the app, so that signals reach it.
set -eu
app="${1:-${APP:?APP is not set: build the image with --build-arg APP=<name>}}"
[ "$#" -gt 0 ] && shift
secrets="${SECRETS_DIR:-/var/lib/malipo/secrets}/env/$app.env"
if [ -f "$secrets" ]; then
  set -a
  . "$secrets"
  set +a
fi
exec node --enable-source-maps "apps/$app/dist/main.js" "$@"
