#!/bin/sh
# Starts coturn with turnserver.conf and what differs from place to place:
#   TURN_SECRET          the signaling server's TURN_SECRET; at least 32 characters
#   TURN_REALM           the name under which people reach this relay
#   TURN_PUBLIC_ADDRESS  the address that the world reaches it at
#   TURN_RELAY_ADDRESS   the address that this machine or container has itself; the same one where nothing translates
#   TURN_CERT, TURN_KEY  files for turns:, both or none
#   TURN_DENIED_PEERS    further addresses or ranges to relay nothing to, separated by blanks
# Arguments are handed on to turnserver.
set -eu

[ "${#TURN_SECRET}" -ge 32 ] || { echo 'TURN_SECRET must have at least 32 characters.' >&2; exit 1; }
: "${TURN_REALM:?is needed}" "${TURN_PUBLIC_ADDRESS:?is needed}" "${TURN_RELAY_ADDRESS:?is needed}"

# A file, because arguments can be read by every process of the machine; without a name, so that it is gone with the relay.
umask 077
settings=$(mktemp)
exec 3<>"$settings"
rm "$settings"
{
  cat "$(dirname "$0")/turnserver.conf"
  printf 'static-auth-secret=%s\n' "$TURN_SECRET"
  printf 'realm=%s\n' "$TURN_REALM"
  printf 'relay-ip=%s\n' "$TURN_RELAY_ADDRESS"
  # Two people who can both send through this relay only meet at its own address. coturn lets the second half pass by
  # itself, and takes the first for the second: what else the public address offers stays out of reach.
  [ "$TURN_PUBLIC_ADDRESS" = "$TURN_RELAY_ADDRESS" ] ||
    printf 'external-ip=%s/%s\n' "$TURN_PUBLIC_ADDRESS" "$TURN_RELAY_ADDRESS"
  for peer in ${TURN_DENIED_PEERS:-}; do printf 'denied-peer-ip=%s\n' "$peer"; done
  if [ -n "${TURN_CERT:-}" ]; then
    printf 'cert=%s\npkey=%s\n' "$TURN_CERT" "${TURN_KEY:?is needed with TURN_CERT}"
  else
    printf 'no-tls\nno-dtls\n'
  fi
} >&3

exec turnserver -c /proc/self/fd/3 "$@"
