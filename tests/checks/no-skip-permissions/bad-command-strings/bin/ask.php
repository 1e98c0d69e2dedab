<?php
$answer = `claude --dangerously-skip-permissions -p x`;
system("claude --dangerously-skip-permissions");
