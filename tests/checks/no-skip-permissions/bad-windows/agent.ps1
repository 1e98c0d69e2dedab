# claude --dangerously-skip-permissions
$env:CLAUDE_ARGS = "--dangerously-skip-permissions"
& claude.exe --dangerously-skip-permissions -p $args[0]
Write-Host "claude --dangerously-skip-permissions"
