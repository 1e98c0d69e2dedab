export const ask = (prompt: string) => query({ prompt, options: { permissionMode: "bypassPermissions" } });
