#!/usr/bin/env bash
# Measures Parkscope on this machine: ./dev bench [DATA.gpkg FIELD LABEL]
# One JSON object a line; lower is better. With DATA, that map is measured as well as the embedded project.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
P=build/release/parkscope
Q=assets/qingyuan/qingyuan.parkscope.toml
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT

wall() {  # name, command…: median wall time of five cold processes after one warm-up
  local name=$1; shift
  "$@" >/dev/null 2>&1
  for _ in 1 2 3 4 5; do
    local a b; a=$(date +%s.%N); "$@" >/dev/null 2>&1; b=$(date +%s.%N)
    echo "$b - $a" | bc
  done | sort -n | sed -n 3p | sed "s/^\./0./; s/.*/{\"m\":\"$name\",\"v\":&}/"
}

wall snapshot_1080_s $P snapshot $Q -o "$T/a.png" --size 1920x1080
wall snapshot_2160_s $P snapshot $Q -o "$T/a.png" --size 3840x2160
wall page_a3_pdf_s $P snapshot $Q -o "$T/a.pdf" --paper A3 --landscape
wall page_a3_300_png_s $P snapshot $Q -o "$T/a.png" --paper A3 --landscape --dpi 300
$P bench redraw $Q --size 1920x1080 --frames 40
if [ $# -ge 2 ]; then
  style=(--field "$2" --method natural --classes 7); [ $# -ge 3 ] && style+=(--label "$3")
  wall data_snapshot_1080_s $P snapshot "$1" "${style[@]}" --size 1920x1080 --bare -o "$T/b.png"
  $P bench redraw "$1" "${style[@]}" --size 1920x1080 --frames 40
fi
build/release/tests/bench/parkscope_bench --benchmark_min_time=0.2 2>/dev/null || true
