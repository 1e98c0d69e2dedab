import { query } from "@anthropic-ai/claude-agent-sdk";

export const ask = (prompt: string, mcpServers: Servers) =>
  query({ prompt, options: { tools: [], mcpServers, permissionMode: "bypassPermissions" } });
export const edit = (prompt: string) =>
  query({ prompt, options: { tools: ["Read", "Edit"], permissionMode: "bypassPermissions" } });
export const allowed = (prompt: string) =>
  query({ prompt, options: { allowedTools: ["Read"], permissionMode: "bypassPermissions" } });
