#!/bin/sh
# Starts Redis with redis.conf and REDIS_PASSWORD, which no process list shows. Arguments are handed on.
set -eu
[ "${#REDIS_PASSWORD}" -ge 32 ] || { echo 'REDIS_PASSWORD must have at least 32 characters.' >&2; exit 1; }
umask 077
settings=$(mktemp)
cat "$(dirname "$0")/redis.conf" >"$settings"
printf 'requirepass %s\n' "$REDIS_PASSWORD" >>"$settings"
exec redis-server "$settings" "$@"
