$given = @("-p", $prompt,
  "--dangerously-skip-permissions")
& claude @given
