package cli

import (
	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/settings"
)

func newEvents(a *app) *cobra.Command {
	var g getter
	var f resourceFlags
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Show the events of Companies and CrawlJobs, as kubectl events does",
		Long: `Show what happened to Companies and CrawlJobs, oldest first: the same as get events. Events are
kept for 24 h. For those in a cluster, use kubectl events.`,
		Example: `  clausea events --for crawljob/now
  clausea events -A`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			g.ctx, g.w, g.errs = cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			f.namespaceSet = cmd.Flags().Changed("namespace")
			return a.get(&g, f, []string{"events"})
		},
	}
	f.addAllNamespaces(cmd)
	fs := cmd.Flags()
	fs.StringVarP(&f.namespace, "namespace", "n", kubestore.DefaultNamespace, "`namespace` of the events")
	outputFlag(cmd, &g.output, "table", "wide", "json", "yaml")
	fs.StringVar(&g.object, "for", "", "show only events of this object, `KIND/NAME`")
	return a.withSettings(cmd, settings.CommandGet)
}
