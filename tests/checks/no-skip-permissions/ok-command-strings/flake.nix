{
  # claude --dangerously-skip-permissions
  help = ''
    claude --dangerously-skip-permissions
  '';
  script = ''
    echo "never claude --dangerously-skip-permissions"
  '';
}
