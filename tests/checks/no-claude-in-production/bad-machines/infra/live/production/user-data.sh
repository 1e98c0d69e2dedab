#!/bin/bash
if ! command -v codex >/dev/null; then
  npm install -g @openai/codex
fi
