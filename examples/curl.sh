#!/bin/sh
# Ask a TGI server with curl: first for the whole text, then for one event a token.
#
#     sh examples/curl.sh http://127.0.0.1:8080
set -eu
url=${1:?"usage: curl.sh URL"}
question='{"inputs":"What is Deep Learning?","parameters":{"max_new_tokens":20}}'

curl --silent --show-error --fail-with-body "$url/generate" \
    --header 'Content-Type: application/json' --data "$question"
echo

# Without --no-buffer curl collects the events before it shows them.
curl --silent --show-error --fail-with-body --no-buffer "$url/generate_stream" \
    --header 'Content-Type: application/json' --data "$question"
