#!/bin/sh
# For certbot --deploy-hook: puts a new certificate where nginx and coturn read it, and lets them take it over without a restart.
#   PARLEY_TLS_DIR  where they read it; without it /etc/parley/tls, or with a compose file the tls folder beside it
#   COMPOSE_FILE    the path of compose.yaml, where nginx and coturn run in containers
# RENEWED_LINEAGE is certbot's: the folder with the new certificate.
set -eu

: "${RENEWED_LINEAGE:?is set by certbot}"
if [ -n "${COMPOSE_FILE:-}" ]; then
  to=${PARLEY_TLS_DIR:-$(dirname "$COMPOSE_FILE")/tls}
  # The relay's user in its image.
  group=65534
else
  to=${PARLEY_TLS_DIR:-/etc/parley/tls}
  # The user of Debian's coturn; nginx reads its key as root.
  group=$(getent group turnserver | cut -d: -f3)
  group=${group:-0}
fi

install -d -m 0755 "$to"
for file in fullchain.pem privkey.pem; do
  # Beside its place first, so that nobody reads half of it.
  install -m 0640 -g "$group" "$RENEWED_LINEAGE/$file" "$to/.$file"
  mv "$to/.$file" "$to/$file"
done

# Before the first start there is nobody to tell. coturn reads its certificate again on USR2.
if [ -n "${COMPOSE_FILE:-}" ]; then
  docker compose -f "$COMPOSE_FILE" exec -T nginx nginx -s reload || echo 'nginx is not running yet.' >&2
  docker compose -f "$COMPOSE_FILE" kill -s USR2 coturn || echo 'coturn is not running yet.' >&2
else
  systemctl reload nginx || echo 'nginx is not running yet.' >&2
  systemctl kill -s USR2 coturn || echo 'coturn is not running yet.' >&2
fi
