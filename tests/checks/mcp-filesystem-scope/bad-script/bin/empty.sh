#!/bin/sh
RUN=
$RUN
''
npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /
