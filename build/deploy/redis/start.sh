#!/bin/sh
# Starts Redis with redis.conf and REDIS_PASSWORD, which no process list shows. Where ACCESS is token, the rights of people are in
# it: it writes everything into the folder that it is started in, and reads it again. Arguments are handed on.
set -eu
[ "${#REDIS_PASSWORD}" -ge 32 ] || { echo 'REDIS_PASSWORD must have at least 32 characters.' >&2; exit 1; }
umask 077
settings=$(mktemp)
cat "$(dirname "$0")/redis.conf" >"$settings"
printf 'requirepass %s\n' "$REDIS_PASSWORD" >>"$settings"
if [ "${ACCESS:-open}" = token ]; then printf 'appendonly yes\n' >>"$settings"; fi
exec redis-server "$settings" "$@"
