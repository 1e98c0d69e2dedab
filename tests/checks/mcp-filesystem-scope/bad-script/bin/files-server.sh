#!/bin/sh
# Starts the filesystem server.
set -eu
cd "$(dirname "$0")"
exec npx -y @modelcontextprotocol/server-filesystem@2026.8.31 \
  "$HOME" ./src
