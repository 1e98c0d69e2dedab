#!/bin/sh
claude mcp add -t http tickets http://mcp.acme-tools.com/mcp
claude mcp add --header "X-Home: http://acme.io" \
    --transport sse wiki ws://wiki.acme-tools.com/sse && codex mcp add docs --url=http://docs.acme-tools.com/mcp
claude mcp add-json notes '{"type": "http", "url": "http://notes.acme-tools.com/mcp"}'
gemini mcp add --transport http nearby http://192.168.7.4/mcp
claude mcp add files -- npx -y mcp-remote@0.1.38 http://files.acme-tools.com/mcp
