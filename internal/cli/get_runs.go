package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// silence is the age of the last heartbeat from which on get shows a running run as interrupted.
// A worker sends one every 2 s and survives an election of MongoDB of about 15 s. The clocks of
// two machines may differ by some seconds.
const silence = 30 * time.Second

// reasonNoHeartbeat is the reason of a run whose worker was killed or cannot reach the store.
const reasonNoHeartbeat = "NoHeartbeat"

// showLostRuns changes the state of runs whose worker is lost to what it means for a reader:
// Interrupted, because another worker, or the next crawl of the company, resumes them.
func showLostRuns(runs []store.Run, now time.Time) {
	for i := range runs {
		if r := &runs[i]; r.State == store.RunRunning && now.Sub(r.Heartbeat) > silence {
			r.State, r.StopReason = store.RunInterrupted, reasonNoHeartbeat
		}
	}
}

// checkCompany returns an error if the store has no record of the company of --company. get calls
// it if a list is empty, so that a typing error does not read as a company without documents.
func (g *getter) checkCompany() error {
	if g.company == "" {
		return nil
	}
	known, err := isKnownCompany(g.ctx, g.s, g.company)
	if err == nil && !known {
		err = unknownCompany(g.company)
	}
	return err
}

// unknownCompany returns the error for a company that is not in the store.
func unknownCompany(name string) error {
	return fmt.Errorf("no company %q in the store; clausea get histories lists the companies that were crawled", name)
}

// isKnownCompany reports whether the store has a summary, a run or the resource of a company.
func isKnownCompany(ctx context.Context, s recordReader, name string) (bool, error) {
	summaries, _, err := s.QueryCompanies(ctx, store.CompanyQuery{Names: []string{name}, ListOptions: store.ListOptions{Limit: 1}})
	if err != nil || len(summaries) > 0 {
		return err == nil, err
	}
	runs, _, err := s.QueryRuns(ctx, store.RunQuery{Companies: []string{name}, ListOptions: store.ListOptions{Limit: 1}})
	if err != nil || len(runs) > 0 {
		return err == nil, err
	}
	_, err = s.GetObject(ctx, companyObject(name))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// companyObject returns the key of the Company resource whose records are stored under name.
func companyObject(name string) store.ObjectKey {
	namespace := v1alpha1.NamespaceOf(name)
	return store.ObjectKey{Kind: "Company", Namespace: namespace, Name: strings.TrimPrefix(name, namespace+"/")}
}
