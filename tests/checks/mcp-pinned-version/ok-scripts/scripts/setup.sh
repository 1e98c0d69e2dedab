#!/bin/sh
# npx -y @modelcontextprotocol/server-filesystem "$HOME" is what this replaces
npx prettier --check .
npx -y create-mcp@latest demo
npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ./src
echo "run npx -y @modelcontextprotocol/server-memory yourself"
docker run --rm node npm ci
