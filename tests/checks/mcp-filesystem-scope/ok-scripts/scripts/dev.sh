#!/bin/bash
# The filesystem server gets the sources only: @modelcontextprotocol/server-filesystem /
docker run --rm -v /:/host alpine ls /host
find / -name core
echo "run npx @modelcontextprotocol/server-filesystem / if you must"
npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ./src
