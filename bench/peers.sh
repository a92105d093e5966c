#!/usr/bin/env bash
# Installs the peers into a folder: bench/peers.sh FOLDER; then PATH=FOLDER/bin:$PATH node bench/engine.mjs ...
# Needs Python 3.11 or later with venv, Maven, and Java 17 to 23.
set -euo pipefail
folder=$(realpath -m "${1:?usage: bench/peers.sh FOLDER}")
mkdir -p "$folder/bin" "$folder/nextflow"

for name in snakemake cwltool; do
  python3 -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet --upgrade "$name"
  ln -sf "$folder/$name/bin/$name" "$folder/bin/$name"
done

# The newest of 24.10 of which Maven Central holds every part; it lacks nf-commons of 24.10.6, for one.
cat >"$folder/nextflow/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bench</groupId><artifactId>nextflow</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.nextflow</groupId><artifactId>nextflow</artifactId><version>24.10.8</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet -f "$folder/nextflow/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/nextflow/classpath"

# As Nextflow's own launcher starts it: without the opened packages its cache stays empty, and only commands other
# than `run` leave out the second compiler.
cat >"$folder/bin/nextflow" <<'LAUNCHER'
#!/usr/bin/env bash
here=$(dirname "$(dirname "$(readlink -f "$0")")")
options=(-Dfile.encoding=UTF-8 -Djava.awt.headless=true -Djava.io.tmpdir="${TMPDIR:-/tmp}")
[[ $1 == run ]] || options+=(-XX:+TieredCompilation -XX:TieredStopAtLevel=1)
for package in java.{lang,io,nio,net,util,util.concurrent.locks,util.concurrent.atomic,nio.file.spi,util.regex} \
  sun.nio.{ch,fs} sun.net.www.protocol.{http,https,ftp,file} jdk.internal.{misc,vm}; do
  options+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
exec java "${options[@]}" -cp "$(cat "$here/nextflow/classpath")" nextflow.cli.Launcher "$@"
LAUNCHER
chmod +x "$folder/bin/nextflow"
