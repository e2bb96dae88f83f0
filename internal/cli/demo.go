package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/schema"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

// demoStore is what the demo reads.
type demoStore interface {
	GetRun(ctx context.Context, id string) (store.Run, error)
	ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error)
	VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error)
}

// demoRunner runs the demo in a standalone process: it crawls the demo company, changes
// the company's site, and crawls the company again. It is a Runnable of the Manager.
type demoRunner struct {
	site      *demo.Site
	folder    string
	temporary bool // close removes the folder
	w         io.Writer
	// The process sets these fields once its store is open.
	process *process
	store   demoStore
	client  client.Client
}

// newDemoRunner starts the demo site and changes the settings to use it. The store must be
// a folder. Without --store, it is a temporary folder.
func newDemoRunner(ctx context.Context, v *settings.Values, w io.Writer) (*demoRunner, error) {
	site, err := demo.Start(ctx)
	if err != nil {
		return nil, err
	}
	r := &demoRunner{site: site, w: w}
	if v.Store.IsEmpty() {
		if r.folder, err = os.MkdirTemp("", "clausea-demo-store"); err != nil {
			site.Close()
			return nil, fmt.Errorf("create the demo store: %w", err)
		}
		r.temporary = true
		settings.Override(v, &v.Store, settings.NewSecret(r.folder))
	}
	if r.folder = embeddedFolder(v); r.folder == "" {
		site.Close()
		return nil, usage("--demo requires an embedded store: omit --store or set it to a folder")
	}
	connectToDemoSite(v, site)
	if v.DashboardPassword.IsEmpty() {
		settings.Override(v, &v.DashboardPassword, settings.NewSecret(rand.Text()))
	}
	return r, nil
}

// connectToDemoSite redirects requests for the demo company's hosts to its site on
// loopback.
func connectToDemoSite(v *settings.Values, site *demo.Site) {
	settings.Override(v, &v.CAFile, site.CAFile)
	var rules []string
	for _, host := range []string{demo.Domain, "www." + demo.Domain} {
		rules = append(rules, host+":443:"+site.Addr)
	}
	settings.Override(v, &v.ConnectTo, rules)
	settings.Override(v, &v.AllowAddress, []string{"127.0.0.1/32"})
}

func (r *demoRunner) close() {
	r.site.Close()
	if r.temporary {
		_ = os.RemoveAll(r.folder)
	}
}

// guardConnection blocks all loopback addresses and ports except those of the demo site.
// The settings of the demo allow every port of 127.0.0.1.
func (r *demoRunner) guardConnection(_, addr string) error {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("%w: %s is not an IP address and port", netguard.ErrBlocked, addr)
	}
	if ap.Addr().Unmap().IsLoopback() && addr != r.site.Addr {
		return fmt.Errorf("%w: %s is not the demo site", netguard.ErrBlocked, addr)
	}
	return nil
}

// NeedLeaderElection implements manager.LeaderElectionRunnable. The embedded store has a
// single process, so no election takes place.
func (r *demoRunner) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It returns after the second crawl; the process keeps
// running.
func (r *demoRunner) Start(ctx context.Context) error {
	err := r.play(ctx)
	if ctx.Err() != nil {
		return nil //nolint:nilerr // an interrupted demo is not a failure
	}
	return err
}

func (r *demoRunner) play(ctx context.Context) error {
	select {
	case <-r.process.apiAvailable:
	case <-ctx.Done():
		return ctx.Err()
	}
	key, err := r.createKey(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.w, `The site %s of the demo company is served at %s.
While the demo runs, try

    bin/clausea get histories --store %s
    bin/clausea get documents --store %[3]s
    bin/clausea get crawljobs --store %[3]s
    curl -H 'Authorization: Bearer %[4]s' http://%[5]s/v1/companies

The dashboard is at http://%[5]s/dashboard/; its password is %[7]s
The API is at http://%[5]s/v1 and described at http://%[5]s/docs; the key is valid for a day.
Health is at http://%[5]s/readyz, metrics are at http://%[6]s/metrics.
`, demo.Domain, r.site.Addr, r.folder, key, onLocalhost(r.process.main.addr), onLocalhost(r.process.metricsServer.addr), r.process.v.DashboardPassword.Reveal())
	action, err := r.apply(ctx, demo.Manifest)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.w, "\nThe company %s is %s. It is crawled every night, and now for the first time:\n", demo.CompanyName, action)
	before := ""
	if action != "created" { // the controller crawls only a new company immediately
		if before, err = r.lastRun(ctx); err != nil {
			return err
		}
		if err := r.createCrawlJob(ctx); err != nil {
			return err
		}
	}
	first, err := r.waitForCrawl(ctx, before)
	if err != nil {
		return err
	}
	r.site.Advance()
	fmt.Fprint(r.w, "\nThe site has changed. A CrawlJob crawls it again:\n")
	if err := r.createCrawlJob(ctx); err != nil {
		return err
	}
	if _, err := r.waitForCrawl(ctx, first); err != nil {
		return err
	}
	if err := showChanges(ctx, r.store, demo.CompanyName, r.w); err != nil {
		return err
	}
	_, err = fmt.Fprint(r.w, "\nThe demo is complete. Press Ctrl-C to stop the process.\n")
	return err
}

// demoKeyTime is how long the API key of the demo is valid, if the folder remains.
const demoKeyTime = 24 * time.Hour

// createKey creates an API key for this run of the demo.
func (r *demoRunner) createKey(ctx context.Context) (string, error) {
	keys := service.Keys{Guard: service.NewGuard(r.process.store, r.process.log), Store: r.process.store}
	_, key, err := keys.Create(ctx, localCaller(), service.NewKey{Name: "demo", Scopes: []store.APIScope{store.ScopeAdmin}, ExpiresAt: time.Now().Add(demoKeyTime)})
	if err != nil {
		return "", fmt.Errorf("create an API key for the demo: %w", err)
	}
	return key, nil
}

// onLocalhost returns the address of a server as a browser on this machine reaches it.
func onLocalhost(addr string) string {
	if _, port, err := net.SplitHostPort(addr); err == nil {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}

func (r *demoRunner) apply(ctx context.Context, manifest string) (action string, err error) {
	objs, err := schema.ReadManifests(strings.NewReader(manifest))
	if err != nil {
		return "", fmt.Errorf("read the demo manifest: %w", err)
	}
	for _, o := range objs {
		if action, err = apply(ctx, r.client, o, dryRunNone); err != nil {
			return "", fmt.Errorf("apply the demo manifest: %w", err)
		}
	}
	return action, nil
}

// createCrawlJob creates a CrawlJob for the demo company.
func (r *demoRunner) createCrawlJob(ctx context.Context) error {
	_, err := r.apply(ctx, fmt.Sprintf(`{apiVersion: crawl.clausea.co/v1alpha1, kind: CrawlJob,
metadata: {name: %[1]s-now-%[2]d, namespace: default}, spec: {companyRef: {name: %[1]s}}}`, demo.CompanyName, time.Now().UnixMilli()))
	return err
}

// A crawl of the demo site takes seconds.
const (
	demoCrawlTimeout = 5 * time.Minute
	demoPollInterval = 200 * time.Millisecond
)

// waitForCrawl waits until the company's last crawl is a run other than before. It prints
// the result and returns the ID of the run.
func (r *demoRunner) waitForCrawl(ctx context.Context, before string) (id string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, demoCrawlTimeout, errors.New("timed out waiting for the crawl of the demo site"))
	defer cancel()
	tick := time.NewTicker(demoPollInterval)
	defer tick.Stop()
	for {
		c, err := r.company(ctx)
		if err != nil {
			return "", err
		}
		if last := c.Status.LastCrawl; last != nil && last.RunID != before && !meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReconciling) {
			rec, err := r.store.GetRun(ctx, last.RunID)
			if err != nil {
				return "", fmt.Errorf("get the run of the demo crawl: %w", err)
			}
			documents := queue.StatusOf(rec).Documents
			fmt.Fprintf(r.w, "%s: %s. %s\n", count(rec.Progress.Fetched, "page", "pages"), documents.Describe(), last.Message)
			return last.RunID, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// lastRun returns the run ID of the company's last crawl, or "" if there was none.
func (r *demoRunner) lastRun(ctx context.Context) (string, error) {
	c, err := r.company(ctx)
	if err != nil || c.Status.LastCrawl == nil {
		return "", err
	}
	return c.Status.LastCrawl.RunID, nil
}

func (r *demoRunner) company(ctx context.Context) (*v1alpha1.Company, error) {
	c := &v1alpha1.Company{}
	if err := r.client.Get(ctx, client.ObjectKey{Namespace: kubestore.DefaultNamespace, Name: demo.CompanyName}, c); err != nil {
		return nil, fmt.Errorf("get the demo company: %w", err)
	}
	return c, nil
}

// showChanges prints the last change of each of the company's documents that changed.
func showChanges(ctx context.Context, s demoStore, company string, w io.Writer) error {
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, company, p) })
	if err != nil {
		return err
	}
	for _, d := range docs {
		if n := len(d.FormerURLs); n > 0 {
			fmt.Fprintf(w, "\n%s has moved from %s\n", d.URL, strings.Join(d.FormerURLs, ", "))
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
