#!/bin/sh
# never: claude --dangerously-skip-permissions
usage() {
  cat <<'EOF'
Usage: run.sh
  --dangerously-skip-permissions   is refused
  claude --dangerously-skip-permissions
EOF
}
echo "do not run claude --dangerously-skip-permissions"
printf '%s\n' "--dangerously-skip-permissions" >&2
log_error "claude --dangerously-skip-permissions is forbidden"
git commit -m "Drop claude --dangerously-skip-permissions"
gh pr comment 1 --body "claude --dangerously-skip-permissions is not allowed"
