{
  outputs = { pkgs, ... }: {
    ask = pkgs.writeShellScriptBin "ask" ''
      set -eu
      exec ${pkgs.claude-code}/bin/claude --dangerously-skip-permissions "$@"
    '';
    shellHook = ''
      alias yolo='claude --dangerously-skip-permissions'
    '';
    description = ''
      claude --dangerously-skip-permissions
    '';
  };
}
