alias yolo='claude --dangerously-skip-permissions'
alias cx="codex --yolo"
gy() { gemini -y -p "$*"; }
echo 'alias cc="claude --dangerously-skip-permissions"' >> ~/.bashrc
