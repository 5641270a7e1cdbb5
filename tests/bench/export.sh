#!/usr/bin/env bash
# Exports beside QGIS and Mapnik, in turn: ./dev bench-export [COUNTIES.geojson] [--runs N] [--out FOLDER]
# The peers are installed here, by whoever may; nothing else needs them. COUNTIES: areas with a "name" and an "adcode".
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
missing=()
for p in python3-qgis python3-mapnik qgis-providers time; do dpkg -s "$p" >/dev/null 2>&1 || missing+=("$p"); done
if ((${#missing[@]})) && [ "$(id -u)" = 0 ]; then
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
exec /usr/bin/python3 tests/bench/export_run.py "$@"
