[ -f /.dockerenv ] || exit 1
claude --dangerously-skip-permissions -p "$1"
