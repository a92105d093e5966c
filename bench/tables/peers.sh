#!/usr/bin/env bash
# Installs the peers into a folder: bench/tables/peers.sh FOLDER; then PYTHON=FOLDER/bin/python node bench/tables.mjs
set -euo pipefail
folder=${1:?usage: bench/tables/peers.sh FOLDER}
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet duckdb==2.0.1 pyarrow==26.0.1 numpy==2.4.6
