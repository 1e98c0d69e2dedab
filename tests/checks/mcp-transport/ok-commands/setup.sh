#!/bin/sh
# claude mcp add -t http tickets http://mcp.acme-tools.com/mcp
claude mcp add -t http tickets https://mcp.acme-tools.com/mcp
claude mcp add -t http local http://localhost:3000/mcp
claude mcp add -e HOME_PAGE=http://acme.io -H "X-Home: http://acme.io" notes -- npx -y acme-notes@1.2.3
claude mcp remove tickets # added by mcp add http://mcp.acme-tools.com/mcp
npx -y mcp-remote@0.1.38 http://127.0.0.1:8080/mcp --allow-http
