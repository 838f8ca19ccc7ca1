#!/usr/bin/env bash
# Renews plotly.min.js.gz.base64 from npm: Plotly's smallest bundle, which has scatter plots and bars.
# For another version, change it here together with its checksum.
set -euo pipefail
version=4.1.1
sha512=d68345f0f790c7686fff2eeda84556283dc91b09ff30610c43c98bf47530b1aa86f451b2fce539147507bf3a9bab13789a7c19188f5a6d3884efbe42e2492331

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
npm pack --silent "plotly.js-basic-dist-min@$version" >/dev/null
echo "$sha512  plotly.js-basic-dist-min-$version.tgz" | sha512sum --check --quiet
tar xzf ./*.tgz
{
  echo "plotly.js $version (basic bundle), copyright Plotly, Inc., MIT licence, https://plotly.com/javascript"
  gzip -9nc package/plotly-basic.min.js | base64 -w 0
} >"$here/plotly.min.js.gz.base64"
cp package/LICENSE "$here/LICENSE-plotly"
