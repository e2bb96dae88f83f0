// Command apilint checks Kubernetes API types with kube-api-linter, as a program of its own
// instead of a golangci-lint that has to be built with the plugin. Arguments are package
// patterns; it exits with 1, after a line for each finding, if there is any.
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"sigs.k8s.io/kube-api-linter/pkg/config"
	"sigs.k8s.io/kube-api-linter/pkg/plugin/base"
	_ "sigs.k8s.io/kube-api-linter/pkg/registration" // the default rules
)

func main() {
	findings, err := lint(os.Args[1:])
	for _, f := range findings {
		fmt.Println(f)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "apilint:", err)
		os.Exit(2)
	case len(findings) > 0:
		os.Exit(1)
	}
}

// lint returns a line for each finding in the packages that patterns name.
func lint(patterns []string) ([]string, error) {
	plugin, err := base.New(config.GolangCIConfig{Linters: rules, LintersConfig: options})
	if err != nil {
		return nil, fmt.Errorf("configure kube-api-linter: %w", err)
	}
	analyzers, err := plugin.BuildAnalyzers()
	if err != nil {
		return nil, err
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load %v: %w", patterns, err)
	}
	if n := packages.PrintErrors(pkgs); n > 0 {
		return nil, fmt.Errorf("load %v: %d errors", patterns, n)
	}
	graph, err := checker.Analyze(analyzers, pkgs, nil)
	if err != nil {
		return nil, fmt.Errorf("analyze %v: %w", patterns, err)
	}
	var findings []string
	for action := range graph.All() {
		if !action.IsRoot {
			continue
		}
		if action.Err != nil {
			return nil, fmt.Errorf("run %s: %w", action.Analyzer.Name, action.Err)
		}
		for _, d := range action.Diagnostics {
			findings = append(findings, line(action, d))
		}
	}
	return findings, nil
}

func line(action *checker.Action, d analysis.Diagnostic) string {
	return fmt.Sprintf("%s: %s (%s)", action.Package.Fset.Position(d.Pos), d.Message, action.Analyzer.Name)
}
