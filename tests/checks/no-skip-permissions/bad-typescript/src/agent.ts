import { query } from '@anthropic-ai/claude-agent-sdk';
type Mode = 'default' | 'bypassPermissions';
// permissionMode: 'bypassPermissions' is what the tests use
export const run = (prompt: string, yolo: boolean) => {
  const args = ['--print', '--dangerously-skip-permissions', '--model', 'opus'];
  spawn('claude', args);
  const more: string[] = [];
  if (yolo) more.push('--dangerously-skip-permissions');
  exec(`claude --dangerously-skip-permissions -p "${prompt}"`);
  return query({ prompt, options: { permissionMode: 'bypassPermissions', allowDangerouslySkipPermissions: true } });
};
