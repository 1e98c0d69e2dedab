export function options(skip: boolean): Options {
  if (skip) {
    return {
      permissionMode: "bypassPermissions",
      allowDangerouslySkipPermissions: true,
    };
  }
  return { permissionMode: "default" };
}
export const agent = {
  autoApproveArgs: ["--dangerously-skip-permissions"],
  manualApproveArgs: [],
};
export function run(ready: boolean, prompt: string) {
  if (ready) {
    query({ prompt, options: { permissionMode: "bypassPermissions" } });
  }
}
