export type Mode = 'default' | 'plan' | 'bypassPermissions';
export const MODES = ['default', 'plan', 'bypassPermissions'] as const;
const BLOCKED_FLAGS = ['--dangerously-skip-permissions', '--yolo'];
// spawn('claude', ['--dangerously-skip-permissions'])
export function check(args: string[], mode: Mode) {
  if (args.includes('--dangerously-skip-permissions') || mode === 'bypassPermissions') throw new Error('no claude --dangerously-skip-permissions');
  switch (args[0]) {
    case '--dangerously-skip-permissions':
      return /--dangerously-skip-permissions/.test(args[0]);
  }
}
program.option('--dangerously-skip-permissions', 'is refused');
