build_flags() {
  local flags="--mcp-config $MCP --dangerously-skip-permissions"
  echo "$flags"
}
export CLAUDE_ARGS="--dangerously-skip-permissions --model opus"
extra=(-p "$1" --dangerously-skip-permissions)
claude "${extra[@]}"
CODEX_FLAGS=--yolo
