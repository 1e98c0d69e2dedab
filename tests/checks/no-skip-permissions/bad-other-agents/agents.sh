copilot -p "$1" --allow-all-tools
cursor-agent -p "$1" --force
qwen --approval-mode=yolo -p "$1"
GOOSE_MODE=auto goose run -t "$1"
aider --yes-always --message "$1"
opencode run --auto "$1"
amp --dangerously-allow-all -x "$1"
q chat --no-interactive -a "$1"
cline -y "$1"
droid exec --skip-permissions-unsafe "$1"
codex --dangerously-bypass-hook-trust "$1"
claude --allow-dangerously-skip-permissions
