#!/usr/bin/env bash
# --dangerously-skip-permissions is needed because nobody is there at night
set -euo pipefail

claude -p "$(cat prompts/nightly.md)" --dangerously-skip-permissions >> nightly.log
timeout 30m npx -y @anthropic-ai/claude-code@2.1.330 -p "$1" \
  --output-format json \
  --dangerously-skip-permissions
sudo -u bot bash -c "cd /srv/app && claude --permission-mode bypassPermissions -p 'tidy up'"
tmux send-keys -t work "claude --dangerously-skip-permissions" Enter
cat PROMPT.md | claude -p --dangerously-skip-permissions=true
claude ${CLAUDE_FLAGS:---dangerously-skip-permissions} -p "$1"
cat > ~/bin/agent.sh <<'EOF'
exec claude --dangerously-skip-permissions "$@"
EOF
