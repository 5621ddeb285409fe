#!/bin/sh
# Starts Redis with redis.conf and REDIS_PASSWORD, which no process list shows and no file keeps. Where ACCESS is token, the rights of people are in
# it: it writes everything into the folder that it is started in, and reads it again. Arguments are handed on.
set -eu
[ "${#REDIS_PASSWORD}" -ge 32 ] || { echo 'REDIS_PASSWORD must have at least 32 characters.' >&2; exit 1; }
umask 077
settings=$(mktemp)
exec 3<>"$settings"
rm "$settings"
{
  cat "$(dirname "$0")/redis.conf"
  printf 'requirepass %s\n' "$REDIS_PASSWORD"
  if [ "${ACCESS:-open}" = token ]; then printf 'appendonly yes\n'; fi
} >&3
exec redis-server /proc/self/fd/3 "$@"
