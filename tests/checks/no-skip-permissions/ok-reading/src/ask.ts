import { query } from "@anthropic-ai/claude-agent-sdk";

const tools = ["WebSearch", "WebFetch"];

export const plain = (prompt: string) =>
  query({
    prompt,
    options: { tools: [], permissionMode: "bypassPermissions", allowDangerouslySkipPermissions: true },
  });
export const searching = (prompt: string) =>
  query({ prompt, options: { tools, settingSources: [], permissionMode: "bypassPermissions" } });
