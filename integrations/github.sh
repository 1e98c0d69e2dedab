#!/usr/bin/env bash
# What the action does once claude-preflight is installed: annotations, the SARIF file, the job summary, the verdict.
set -uo pipefail

arguments=()
[ "${PREFLIGHT_STRICT:-false}" = true ] && arguments+=(--strict)
if [ -n "${PREFLIGHT_POLICY_FROM:-}" ]; then
    # A shallow checkout does not have the base commit.
    git cat-file -e "$PREFLIGHT_POLICY_FROM^{commit}" 2>/dev/null ||
        git fetch --quiet --depth=1 origin "$PREFLIGHT_POLICY_FROM"
    arguments+=("--policy-from=$PREFLIGHT_POLICY_FROM")
fi
while IFS= read -r path; do
    [ -n "$path" ] && arguments+=("./$path")
done <<<"${PREFLIGHT_PATHS:-}"

claude-preflight check --format github "${arguments[@]}"
status=$?
if [ -n "${PREFLIGHT_SARIF:-}" ]; then
    # Code scanning opens an alert for every result, suppressed or not.
    claude-preflight check --format sarif "${arguments[@]}" | python3 -c '
import json, sys
report = json.load(sys.stdin)
for run in report["runs"]:
    run["results"] = [result for result in run["results"] if not result.get("suppressions")]
json.dump(report, sys.stdout)
' >"$PREFLIGHT_SARIF"
fi
if [ "${PREFLIGHT_CHECKLIST:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    claude-preflight checklist >>"$GITHUB_STEP_SUMMARY"
fi
[ -n "${GITHUB_OUTPUT:-}" ] && echo "exit-status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
