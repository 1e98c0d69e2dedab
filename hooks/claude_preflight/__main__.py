from claude_preflight.cli import main

raise SystemExit(main())
