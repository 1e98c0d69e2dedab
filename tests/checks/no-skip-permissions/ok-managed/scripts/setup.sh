#!/bin/sh
gemini mcp add context npx -y @upstash/context7-mcp@1.0.0
qwen mcp add context npx -y @upstash/context7-mcp@1.0.0
codex mcp add acme -- acme --yolo
copilot mcp add acme -- npx --yolo acme-mcp@1.2.3
gemini extensions install -y https://github.com/acme/extension
gemini extensions update --all -y
