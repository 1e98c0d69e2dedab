@echo off
rem claude --dangerously-skip-permissions
call claude --dangerously-skip-permissions
echo claude --dangerously-skip-permissions
