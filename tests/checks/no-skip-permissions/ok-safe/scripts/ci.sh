claude -p "$1" --permission-mode dontAsk --allowedTools "Read,Bash(make test)"
codex exec --sandbox workspace-write --ask-for-approval never "$1"
gemini --approval-mode default -p "$1"
gemini --sandbox --yolo -p "$1"
apt-get install -y gemini
rm -f cursor-agent.log
claude --dangerously-skip-permissions=false -p x
codex exec --full-auto -C . "$1"
