it('asks', () => {
  expect(args()).not.toContain('--dangerously-skip-permissions');
  expect(run({ permissionMode: 'bypassPermissions' })).toThrow();
});
