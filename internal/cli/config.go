package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/internal/settings"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show the settings"}
	cmd.AddCommand(newConfigPrint(a))
	return cmd
}

func newConfigPrint(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Show the effective settings and their sources, with secrets redacted",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows := a.settings.Effective(settings.CommandConfig)
			for i := range rows { // a URL may contain a password
				rows[i].Value = a.redact.String(rows[i].Value)
			}
			switch w := cmd.OutOrStdout(); output {
			case "json":
				e := json.NewEncoder(w)
				e.SetIndent("", "  ")
				return e.Encode(rows)
			case "yaml":
				b, err := yaml.Marshal(rows)
				if err == nil {
					_, err = w.Write(b)
				}
				return err
			case "table":
				tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
				_, _ = fmt.Fprintln(tw, "NAME\tVALUE\tSOURCE")
				for _, r := range rows {
					_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\n", r.Name, r.Value, r.Source)
				}
				if err := tw.Flush(); err != nil {
					return err
				}
				_, err := fmt.Fprintf(w, "\nThe spec.crawl of a Company and the spec.limits of a CrawlJob override %s.\n", overridden(rows))
				return err
			default:
				return invalidOutput(output, "table", "json", "yaml")
			}
		},
	}
	outputFlag(cmd, &output, "table", "json", "yaml")
	return a.withSettings(cmd, settings.CommandConfig)
}

// overridden lists the settings that Companies and CrawlJobs override.
func overridden(rows []settings.Effective) string {
	var names []string
	for _, r := range rows {
		if r.OverriddenBy != "" {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}
