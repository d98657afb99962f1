#!/usr/bin/env bash
# Opens what the program made in other programs and takes pictures: validators, real QGIS, headless Chromium.
# usage: run.sh BINARY TOWN OUT PYTHON (Debian's, which has GDAL and QGIS)
set -euo pipefail
bin=$1 town=$2 out=$3 python=$4
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
passed=0
ok() { passed=$((passed + 1)); echo "ok      $1"; }

# --- files: GeoPackage, GeoParquet ---
for file in lagesbild olyckor skador olyckor_per_ruta olyckor_vag; do
  "$python" -m osgeo_utils.samples.validate_gpkg "$town/$file.gpkg"
  ok "validate_gpkg accepts $file.gpkg"
done
"$bin" analyse dbscan --store "$town/lagesbild.gpkg" --kind accident --min-points 8 --output "$out/hotspots.parquet" >/dev/null
"$bin" analyse dbscan --store "$town/lagesbild.gpkg" --kind accident --min-points 8 --output "$out/events.parquet#events" >/dev/null
if [ ! -x "$out/venv/bin/geoparquet-validator" ]; then
  "$python" -m venv "$out/venv"
  "$out/venv/bin/pip" install -q --disable-pip-version-check geoparquet-validator==0.2.0
fi
for file in hotspots events; do
  "$here/parquet.sh" "$out/venv/bin/geoparquet-validator" "$out/$file.parquet"
  ok "geoparquet-validator accepts $file.parquet"
done

# --- QGIS: default styles and the project inside ---
"$python" "$here/qgis_look.py" "$town/olyckor.gpkg" "$out/qgis.png" --project --zoom hotspots \
  --under "$town/stad.gpkg:buildings" --under "$town/stad.gpkg:streets" --under "$town/stad.gpkg:ground" --expect hotspots:graduatedSymbol --expect events:categorizedSymbol
ok "QGIS opens olyckor.gpkg with its default styles and its project"
"$python" "$here/qgis_look.py" "$town/skador.gpkg" "$out/qgis-skador.png" --project --expect hotspots:graduatedSymbol
ok "QGIS opens skador.gpkg"
"$python" "$here/qgis_look.py" "$town/olyckor_vag.gpkg" "$out/qgis-vag.png" --project --zoom hotspots \
  --expect hotspots:graduatedSymbol --expect segments:graduatedSymbol --expect junctions:graduatedSymbol --expect events:categorizedSymbol
ok "QGIS opens segments, junctions and hotspots along roads"
"$python" "$here/click.py" "$town/olyckor_vag.gpkg" "$town/lagesbild.gpkg" Storgatan "$out"
ok "the project Olycksanalys answers a click on Storgatan with the numbers of its rows, and prints A4 and A3"
shared="$root/../shared/data/helsinki"
if [ -d "$shared" ]; then
  rm -f "$out/helsinki.gpkg"
  "$bin" init "$out/helsinki.gpkg" --name Helsingfors --crs EPSG:3067 >/dev/null
  "$bin" import roads "$shared/helsinki-centre.osm.pbf" --store "$out/helsinki.gpkg" >/dev/null
  "$bin" import ground "$shared/helsinki-centre.osm.pbf" --store "$out/helsinki.gpkg" >/dev/null
  "$bin" import events "$shared/accidents_2014_2019.gpkg" --store "$out/helsinki.gpkg" >/dev/null
  "$bin" analyse network-counts --store "$out/helsinki.gpkg" --output "$out/helsinki_vag.gpkg" >/dev/null
  "$python" "$here/qgis_look.py" "$out/helsinki_vag.gpkg" "$out/qgis-helsinki.png" --project --zoom hotspots --hide events \
    --under "$out/helsinki.gpkg:roads" --under "$out/helsinki.gpkg:buildings" \
    --expect hotspots:graduatedSymbol --expect segments:graduatedSymbol --expect junctions:graduatedSymbol
  ok "QGIS opens the accidents of central Helsinki on their streets"
else
  echo "NOT RUN: the streets of Helsinki (../shared/data is not there)"
fi
"$python" "$here/qgis_look.py" "$town/lagesbild.gpkg" "$out/qgis-databas.png" --project --zoom hotspots --expect hotspots:graduatedSymbol --expect events:categorizedSymbol
ok "QGIS opens the store with its project"

"$bin" analyse scan --store "$town/lagesbild.gpkg" --kind accident --no-keep --output "$out/skanning.gpkg" >/dev/null
"$python" "$here/qgis_look.py" "$out/skanning.gpkg" "$out/qgis-skanning.png" --project --zoom hotspots --hide events \
  --expect hotspots:graduatedSymbol --expect cells:categorizedSymbol
"$bin" analyse kde --store "$town/lagesbild.gpkg" --kind damage --no-keep --output "$out/tathet.gpkg" >/dev/null
"$python" "$here/qgis_look.py" "$out/tathet.gpkg" "$out/qgis-tathet.png" --project --zoom contours --hide events --expect contours:categorizedSymbol
"$bin" analyse kde --store "$town/lagesbild.gpkg" --kind damage --no-keep --output "$out/tathet.tif" >/dev/null
raster=$(gdalinfo "$out/tathet.tif")
grep -q "LAYOUT=COG" <<<"$raster"
ok "QGIS opens the scan and the density; the density as a COG"

# --- papers ---
papers() { # STORE NAME TARGET...: the sheet as PDF and DOCX; its pages as pictures
  local store=$1 name=$2
  shift 2
  "$bin" place --store "$store" --output "$out/$name.pdf" "$@" >/dev/null
  "$bin" place --store "$store" --output "$out/$name.docx" "$@" >/dev/null
  pages "$name"
}
pages() {
  local info text
  info=$(pdfinfo "$out/$1.pdf")
  grep -q "Tagged: *yes" <<<"$info"
  local count
  count=$(awk '/^Pages:/ {print $2}' <<<"$info")
  [ "$count" -le "${2:-2}" ] || { echo "$1.pdf has $count pages"; exit 1; }
  pdfimages -list "$out/$1.pdf" >/dev/null
  pdftoppm -r 90 -png "$out/$1.pdf" "$out/$1"
  text=$(pdftotext -layout "$out/$1.pdf" -)
  grep -q "$(basename "${3:-Platsutdrag}")" <<<"$text"
}
papers "$town/lagesbild.gpkg" plats-gata --street Storgatan
worst_crossing() { # FILE: the junction of two streets with most accidents
  "$python" - "$1" <<'PYTHON'
import sqlite3, sys
row = sqlite3.connect(sys.argv[1]).execute("SELECT namn FROM junctions WHERE namn LIKE '% / %' ORDER BY n DESC, namn LIMIT 1").fetchone()
print(row[0])
PYTHON
}
papers "$town/lagesbild.gpkg" plats-korsning --junction "$(worst_crossing "$town/olyckor_vag.gpkg")"
papers "$town/lagesbild.gpkg" plats-yta --area "$town/hemomrade.gpkg"
"$bin" report accidents --store "$town/lagesbild.gpkg" --output "$out/olycksrapport.pdf" >/dev/null
pages olycksrapport 3 Olycksrapport
"$python" -m zipfile -t "$out/plats-gata.docx" >/dev/null
ok "sheets of a street, a junction and an area, and the yearly report: tagged PDF of few pages, DOCX whole"
if [ -f "$out/helsinki.gpkg" ]; then
  papers "$out/helsinki.gpkg" plats-helsinki --street Mannerheimintie
  papers "$out/helsinki.gpkg" plats-helsinki-korsning --junction "$(worst_crossing "$out/helsinki_vag.gpkg")"
  # An area as someone would draw it around Esplanaden, in the store's own system.
  ring="[[385600,6671500],[386200,6671500],[386200,6672000],[385600,6672000],[385600,6671500]]"
  crs='"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3067"}}'
  feature="{\"type\":\"Feature\",\"properties\":{\"namn\":\"Esplanaden\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[$ring]}}"
  echo "{\"type\":\"FeatureCollection\",$crs,\"features\":[$feature]}" >"$out/esplanaden.geojson"
  papers "$out/helsinki.gpkg" plats-helsinki-yta --area "$out/esplanaden.geojson"
  ok "sheets of a street, a junction and a drawn area in Helsinki"
fi

# --- the page in a browser ---
port=$((20000 + RANDOM % 20000))
"$bin" serve --store "$town/lagesbild.gpkg" --bind "127.0.0.1:$port" >"$out/serve.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  if "$python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/healthz', timeout=1)" 2>/dev/null; then break; fi
  sleep 0.1
done
(cd "$root" && node tests/web/page.mjs "http://127.0.0.1:$port/" "$out/page")
ok "the page passes its tests in Chromium"
echo "$passed passed, 0 failed"
