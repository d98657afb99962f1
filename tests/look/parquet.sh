#!/usr/bin/env bash
# Fails where a GeoParquet file breaks a rule. usage: parquet.sh VALIDATOR FILE
set -euo pipefail
report=$("$1" check "$2")
if grep -qE "^ *FAIL|NOT CONFORMANT" <<<"$report"; then
  grep -E "FAIL|CONFORMANT" <<<"$report"
  exit 1
fi
grep -q "conformant" <<<"$report" || { echo "$report"; exit 1; }
