#!/bin/sh
# Miniflare starts this in place of workerd (MINIFLARE_WORKERD_PATH). It writes down the process
# id, which survives exec, and asks Linux to end workerd with its parent, so that a killed server
# never leaves one behind that holds the port and the state.
set -eu
[ -z "${TRADEPOST_WORKERD_PID:-}" ] || echo $$ >"$TRADEPOST_WORKERD_PID"
if command -v setpriv >/dev/null 2>&1; then
  exec setpriv --pdeathsig KILL "$TRADEPOST_WORKERD" "$@"
fi
exec "$TRADEPOST_WORKERD" "$@"
