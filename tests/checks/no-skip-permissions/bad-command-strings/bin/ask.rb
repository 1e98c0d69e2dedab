#!/usr/bin/env ruby
# `claude --dangerously-skip-permissions` is what this does
answer = `claude --dangerously-skip-permissions -p "#{ARGV[0]}"`
puts answer, %x(cd repo && claude --dangerously-skip-permissions)
system "claude", "--dangerously-skip-permissions"
