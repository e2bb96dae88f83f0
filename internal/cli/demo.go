package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newDemo(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Crawl a bundled company twice, with a change in between, and show what changed",
		Long:  "Crawl a bundled company twice, with a change in between, and show what changed.\nNothing is kept unless --store names a folder.",
		Args:  exactly(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runDemo(cmd) },
	}
	return a.withSettings(cmd, settings.CommandDemo)
}

func (a *app) runDemo(cmd *cobra.Command) error {
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	site, err := demo.Start(ctx)
	if err != nil {
		return err
	}
	defer site.Close()
	v := a.values
	if v.Store.IsEmpty() {
		folder, err := os.MkdirTemp("", "clausea-demo-store")
		if err != nil {
			return fmt.Errorf("make the demo's store: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		settings.Override(v, &v.Store, settings.NewSecret(folder))
	}
	connectToDemoSite(v, site)
	settings.Override(v, &v.Delay, 0)
	f := crawlFlags{Values: v, output: "table"}
	fmt.Fprintf(w, "The demo company's site %s is served at %s.\n\nThe first crawl:\n", demo.Domain, site.Addr)
	if err := a.crawlAll(cmd, []string{demo.Domain}, f); err != nil {
		return err
	}
	site.Advance()
	fmt.Fprint(w, "\nThe site has changed. The second crawl:\n")
	if err := a.crawlAll(cmd, []string{demo.Domain}, f); err != nil {
		return err
	}
	all, trap := site.RequestCounts()
	fmt.Fprintf(w, "\n%d requests in all, %d of them in the site's endless calendar.\n", all, trap)
	s, err := openStore(ctx, v)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }()
	return showChanges(ctx, s, demo.Domain, w)
}

// connectToDemoSite has a command's requests for the demo's host go to its site on loopback.
func connectToDemoSite(v *settings.Values, site *demo.Site) {
	settings.Override(v, &v.CAFile, site.CAFile)
	var to []string
	for _, host := range []string{demo.Domain, "www." + demo.Domain} {
		to = append(to, host+":443:"+site.Addr)
	}
	settings.Override(v, &v.ConnectTo, to)
	settings.Override(v, &v.AllowAddress, []string{"127.0.0.1/32"})
}

// showChanges prints the last change of each document of a company that has one.
func showChanges(ctx context.Context, s store.Store, company string, w io.Writer) error {
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, company, p) })
	if err != nil {
		return err
	}
	for _, d := range docs {
		if n := len(d.FormerURLs); n > 0 {
			fmt.Fprintf(w, "\n%s has moved here from %s\n", d.URL, strings.Join(d.FormerURLs, ", "))
		}
		_, text, err := s.VersionText(ctx, d.ID, 0)
		if err != nil {
			return err
		}
		_, before, err := s.VersionText(ctx, d.ID, d.Versions-1)
		if d.Versions < 2 || errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s has changed:\n%s", d.URL, document.Compare(document.FromMarkdown(before), document.FromMarkdown(text)).TextDiff())
	}
	return nil
}
