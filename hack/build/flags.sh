#!/bin/sh
# Prints the flags of go build with which releases, images and tests compile the program, in one line.
# They reduce the stripped program for linux/amd64 from 95 to 69.6 MB; hack/build/check.sh has the limit.
#
# - grpcnotrace leaves out golang.org/x/net/trace, whose pages are templates. The executor of templates
#   finds methods by names in variables, so the linker would retain all exported methods of all types.
#   Without it, and since the dashboard has no such templates, the program has 20 MB less.
# - -l compiles packages whose speed does not matter to crawls without inlining: 5 MB less.
set -eu
flags='-trimpath -tags=grpcnotrace'
ours=github.com/clausea/crawler
for packages in k8s.io sigs.k8s.io github.com/google github.com/antlr4-go google.golang.org go.opentelemetry.io github.com/prometheus \
  github.com/modelcontextprotocol go.yaml.in github.com/danielgtaylor github.com/redis go.mongodb.org github.com/xdg-go \
  github.com/json-iterator github.com/fxamacker github.com/segmentio github.com/go-json-experiment github.com/go-openapi \
  github.com/emicklei github.com/evanphx github.com/go-jose github.com/coreos github.com/spf13 github.com/chromedp github.com/a-h \
  golang.org/x/oauth2 gopkg.in $ours/api $ours/controllers $ours/internal/cli $ours/internal/dashboard $ours/internal/httpapi \
  $ours/internal/mcp $ours/internal/service; do
  flags="$flags -gcflags=$packages/...=-l"
done
echo "$flags"
