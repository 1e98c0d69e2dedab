my $answer = qx{claude --dangerously-skip-permissions -p x};
exec 'claude', '-p', '--dangerously-skip-permissions' unless $answer;
