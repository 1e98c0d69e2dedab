#!/bin/sh
claude -p "$1" --dangerously-skip-permissions
