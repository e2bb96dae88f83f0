package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/export"
	"github.com/clausea/crawler/internal/settings"
)

func newExport(a *app) *cobra.Command {
	var company string
	cmd := &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write the documents as Markdown to a git repository in the Open Terms Archive layout, one commit per version",
		Long: `Write the documents as Markdown to a git repository in the Open Terms Archive layout, one
commit per version. Requires git 2.25 or later in PATH.`,
		Example: "  clausea export ./terms --company example.com",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := openForReading(cmd.Context(), a.values)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close(cmd.Context()) }()
			e := export.Exporter{Store: s, Dir: args[0], Name: func(t string) string {
				if name, ok := doctype.OTAName[t]; ok {
					return name
				}
				return doctype.OTAName[doctype.OtherLegal]
			}}
			res, err := e.Run(cmd.Context(), company)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s, %s in %s\n", count(res.Documents, "new document", "new documents"), count(res.Versions, "new version", "new versions"), args[0])
			return err
		},
	}
	cmd.Flags().StringVar(&company, "company", "", "export only the documents of this `company`")
	return a.withSettings(cmd, settings.CommandExport)
}
