package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// deleteDocuments deletes everything that is stored for a company.
func (a *app) deleteDocuments(cmd *cobra.Command, d deleter, args []string) error {
	switch {
	case len(args) > 0:
		return usage("delete documents: expected no name, got %q; --company NAME selects the company", args[0])
	case d.company == "":
		return usage("delete documents: specify the company: --company NAME; clausea get histories lists them")
	case d.kubernetes || d.waits || len(d.files) > 0:
		return usage("delete documents deletes stored records: --kubernetes, --wait and --filename do not apply")
	}
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	dry := d.dryRun != dryRunNone || !d.yes
	open := openExisting
	if dry {
		open = openForReading
	}
	s, err := open(ctx, a.values)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	what, err := describeStored(ctx, s, d.company)
	if err != nil {
		return err
	}
	if !dry {
		if err := deleteStored(ctx, s, d.company); err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "deleted %s of %s\n", what, d.company)
		return err
	}
	if _, err = fmt.Fprintf(w, "would delete %s of %s\n", what, d.company); err != nil || d.dryRun != dryRunNone {
		return err
	}
	return usage("nothing was deleted; add --yes to delete")
}

// describeStored counts what is stored for a company. It returns an error if there is nothing.
func describeStored(ctx context.Context, s store.Store, company string) (string, error) {
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, company, p) })
	if err != nil {
		return "", err
	}
	runs, err := listAll(func(p store.ListOptions) ([]store.Run, string, error) {
		return s.QueryRuns(ctx, store.RunQuery{Companies: []string{company}, ListOptions: p})
	})
	if err != nil {
		return "", err
	}
	if len(docs)+len(runs) == 0 {
		known, err := isKnownCompany(ctx, s, company)
		if err != nil {
			return "", err
		}
		if !known {
			return "", unknownCompany(company)
		}
	}
	versions := 0
	for i := range docs {
		versions += docs[i].Versions
	}
	return fmt.Sprintf("%s with %s and %s", count(len(docs), "document", "documents"), count(versions, "version", "versions"), count(len(runs), "run", "runs")), nil
}

// deleteStored deletes the records of a company while no worker can crawl it. It returns an error
// if a worker does, or if a Company would crawl it again.
func deleteStored(ctx context.Context, s store.Store, company string) (err error) {
	resource := companyObject(company)
	_, err = s.GetObject(ctx, resource)
	switch {
	case err == nil:
		return fmt.Errorf("the Company %s exists and would be crawled again: set its spec.deletionPolicy to Delete and run clausea delete company/%s -n %s", company, resource.Name, resource.Namespace)
	case !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("check whether the Company %s exists: %w", company, err)
	}
	lease, err := s.AcquireLease(ctx, run.LeaseName(company), "delete/"+workerIdentity(), deletionLease)
	if errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("%s is being crawled by %s until %s: delete its CrawlJob or wait for its end", company, lease.Holder, lease.Expires.Format("15:04:05 MST"))
	}
	if err != nil {
		return fmt.Errorf("lock company %s: %w", company, err)
	}
	defer func() {
		if rerr := s.ReleaseLease(context.WithoutCancel(ctx), lease); err == nil && rerr != nil {
			err = fmt.Errorf("unlock company %s: %w", company, rerr)
		}
	}()
	return s.DeleteCompany(ctx, company)
}

// deletionLease is how long the deletion of the records of a company locks it against crawls. It
// is longer than the deletion of 100,000 documents may take.
const deletionLease = 10 * time.Minute
