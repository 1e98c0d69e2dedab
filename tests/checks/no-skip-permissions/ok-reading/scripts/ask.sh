#!/bin/sh
claude -p "$1" --tools "" --dangerously-skip-permissions
claude -p "$1" --dangerously-skip-permissions --tools "Read,Grep"
