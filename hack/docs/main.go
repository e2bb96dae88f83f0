// Command docs writes the reference pages that are generated from the code.
//
//	go run ./hack/docs docs
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/clausea/crawler/internal/cli"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/settings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs FOLDER")
		os.Exit(2)
	}
	for name, write := range map[string]func(io.Writer) error{
		"configuration.md":     settings.WriteMarkdown,
		"commands.md":          cli.WriteMarkdown,
		"problems.md":          problem.WriteMarkdown,
		"openapi.json":         httpapi.WriteDescription,
		"reference/scopes.md":  httpapi.WriteScopesMarkdown,
		"reference/types.md":   doctype.WriteMarkdown,
		"reference/metrics.md": cli.WriteMetricsMarkdown,
	} {
		var b bytes.Buffer
		err := write(&b)
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), b.Bytes(), 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "docs:", err)
			os.Exit(1)
		}
	}
}
