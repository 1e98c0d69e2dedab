#!/bin/sh
exec claude --dangerously-skip-permissions "$@"
