package settings

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"
)

//go:embed configuration.md.tmpl
var configuration string

// WriteMarkdown writes docs/configuration.md to w.
func WriteMarkdown(w io.Writer) error {
	t, err := template.New("configuration").Funcs(template.FuncMap{
		"groups": Groups,
		"rows":   rowsOf,
		"limits": overridable,
		"code":   func(s string) string { return "`" + s + "`" },
		"type":   func(s Setting) string { return typeName(s.field(&Values{})) },
		"plain":  func(s string) string { return strings.ReplaceAll(s, "`", "") },
		"by":     waysToSet,
	}).Parse(configuration)
	if err != nil {
		return fmt.Errorf("parse the template of docs/configuration.md: %w", err)
	}
	if err := t.Execute(w, nil); err != nil {
		return fmt.Errorf("write docs/configuration.md: %w", err)
	}
	return nil
}

func rowsOf(group string) []Setting {
	var rows []Setting
	for _, row := range Table() {
		if row.Group == group {
			rows = append(rows, row)
		}
	}
	return rows
}

// overridable returns the settings that Companies and CrawlJobs override.
func overridable() []Setting {
	var rows []Setting
	for _, row := range Table() {
		if row.LimitField != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// waysToSet lists the flag, the variables and the file key of a setting.
func waysToSet(s Setting) string {
	var ways []string
	if s.Flag {
		ways = append(ways, "`--"+s.Name+"`")
	}
	for _, e := range s.Env {
		ways = append(ways, "`"+e+"`")
	}
	if len(s.Env) > 0 && s.Name != configName {
		ways = append(ways, "`"+s.Name+":`")
	}
	return strings.Join(ways, "<br>")
}
