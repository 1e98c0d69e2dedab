#!/bin/sh
# Wraps the server, so that its entry stays short.
set -eu
exec npx -y @modelcontextprotocol/server-filesystem "$PWD"
