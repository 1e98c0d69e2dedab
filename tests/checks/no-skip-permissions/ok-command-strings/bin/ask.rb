# `claude --dangerously-skip-permissions`
abort "never `claude --dangerously-skip-permissions`" if ARGV.include?("--dangerously-skip-permissions")
`claude -p x`
