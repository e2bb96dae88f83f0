package cli

import (
	"context"
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
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/schema"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

// demoRunner is the demo company in a standalone process: it is crawled, its site
// changes, it is crawled again. It is a Manager's Runnable.
type demoRunner struct {
	site      *demo.Site
	folder    string
	temporary bool // the folder is removed at the end
	w         io.Writer
	// The following are there once the process has its store.
	store  store.Store
	client client.Client
	served <-chan string // the address of the probes
}

// newDemoRunner starts the site, and has the settings keep the data in a folder and
// find the site.
func newDemoRunner(ctx context.Context, v *settings.Values, w io.Writer) (*demoRunner, error) {
	site, err := demo.Start(ctx)
	if err != nil {
		return nil, err
	}
	s := &demoRunner{site: site, w: w}
	if v.Store.IsEmpty() {
		if s.folder, err = os.MkdirTemp("", "clausea-demo-store"); err != nil {
			site.Close()
			return nil, fmt.Errorf("make the demo's store: %w", err)
		}
		s.temporary = true
		settings.Override(v, &v.Store, settings.NewSecret(s.folder))
	}
	if s.folder = embeddedFolder(v); s.folder == "" {
		site.Close()
		return nil, usage("--demo keeps its data in a folder: leave --store out, or name one")
	}
	connectToDemoSite(v, site)
	return s, nil
}

func (s *demoRunner) close() {
	s.site.Close()
	if s.temporary {
		_ = os.RemoveAll(s.folder)
	}
}

// guardConnection keeps what the settings open to the site alone: of loopback its own port
// is reached and nothing else.
func (s *demoRunner) guardConnection(_, at string) error {
	ap, err := netip.ParseAddrPort(at)
	if err != nil {
		return fmt.Errorf("%w: %s is no address", netguard.ErrBlocked, at)
	}
	if ap.Addr().Unmap().IsLoopback() && at != s.site.Addr {
		return fmt.Errorf("%w: %s is not the demo's site", netguard.ErrBlocked, at)
	}
	return nil
}

// NeedLeaderElection tells the Manager not to wait: the store is this process's alone.
func (s *demoRunner) NeedLeaderElection() bool { return false }

// Start shows the company's life. It is over when the second crawl is; the process
// stays up.
func (s *demoRunner) Start(ctx context.Context) error {
	err := s.play(ctx)
	if ctx.Err() != nil {
		return nil //nolint:nilerr // no failure: the process was asked to end
	}
	return err
}

func (s *demoRunner) play(ctx context.Context) error {
	var at string
	select {
	case at = <-s.served:
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, port, err := net.SplitHostPort(at); err == nil {
		at = net.JoinHostPort("localhost", port)
	}
	fmt.Fprintf(s.w, `The demo company's site %s is served at %s.
While this runs, look with

    bin/clausea get companies --store %s
    bin/clausea get documents --store %[3]s
    bin/clausea get crawljobs --store %[3]s

Health is at http://%[4]s/readyz, metrics are at http://%[4]s/metrics.
`, demo.Domain, s.site.Addr, s.folder, at)
	did, err := s.apply(ctx, demo.Manifest)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.w, "\nThe company %s is %s. It is crawled every night, and once now:\n", demo.CompanyName, did)
	before := ""
	if did != "created" { // only a new one is crawled at once by itself
		if before, err = s.lastRun(ctx); err != nil {
			return err
		}
		if err := s.createCrawlJob(ctx); err != nil {
			return err
		}
	}
	first, err := s.waitForCrawl(ctx, before)
	if err != nil {
		return err
	}
	s.site.Advance()
	fmt.Fprint(s.w, "\nThe site has changed. A CrawlJob crawls it again:\n")
	if err := s.createCrawlJob(ctx); err != nil {
		return err
	}
	if _, err := s.waitForCrawl(ctx, first); err != nil {
		return err
	}
	if err := showChanges(ctx, s.store, demo.CompanyName, s.w); err != nil {
		return err
	}
	_, err = fmt.Fprint(s.w, "\nThat was its life so far. Ctrl-C ends it.\n")
	return err
}

func (s *demoRunner) apply(ctx context.Context, manifest string) (did string, err error) {
	objs, err := schema.ReadManifests(strings.NewReader(manifest))
	if err != nil {
		return "", fmt.Errorf("read the demo's manifest: %w", err)
	}
	for _, o := range objs {
		if did, err = apply(ctx, s.client, o); err != nil {
			return "", fmt.Errorf("apply the demo's manifest: %w", err)
		}
	}
	return did, nil
}

// createCrawlJob makes a CrawlJob of the company.
func (s *demoRunner) createCrawlJob(ctx context.Context) error {
	_, err := s.apply(ctx, fmt.Sprintf(`{apiVersion: crawl.clausea.co/v1alpha1, kind: CrawlJob,
metadata: {name: %[1]s-now-%[2]d, namespace: default}, spec: {companyRef: {name: %[1]s}}}`, demo.CompanyName, time.Now().UnixMilli()))
	return err
}

// Bounds of the wait for a crawl of the demo, which takes seconds.
const (
	demoCrawlTimeout = 5 * time.Minute
	demoPollInterval = 200 * time.Millisecond
)

// waitForCrawl waits until the company's last crawl is another than the run with the id
// before, says what came of it and gives its id.
func (s *demoRunner) waitForCrawl(ctx context.Context, before string) (id string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, demoCrawlTimeout, errors.New("the demo's crawl does not end"))
	defer cancel()
	tick := time.NewTicker(demoPollInterval)
	defer tick.Stop()
	for {
		c, err := s.company(ctx)
		if err != nil {
			return "", err
		}
		if last := c.Status.LastCrawl; last != nil && last.RunID != before && !meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReconciling) {
			r, err := s.store.GetRun(ctx, last.RunID)
			if err != nil {
				return "", fmt.Errorf("look at the demo's crawl: %w", err)
			}
			d := r.Documents
			fmt.Fprintf(s.w, "%d pages; documents: %d new, %d changed, %d as they were, %d gone. %s\n", r.Progress.Fetched, d.New, d.Changed, d.Unchanged, d.Removed, last.Message)
			return last.RunID, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// lastRun is the id of the company's last crawl, empty where there was none.
func (s *demoRunner) lastRun(ctx context.Context) (string, error) {
	c, err := s.company(ctx)
	if err != nil || c.Status.LastCrawl == nil {
		return "", err
	}
	return c.Status.LastCrawl.RunID, nil
}

func (s *demoRunner) company(ctx context.Context) (*v1alpha1.Company, error) {
	c := &v1alpha1.Company{}
	if err := s.client.Get(ctx, client.ObjectKey{Namespace: kubestore.DefaultNamespace, Name: demo.CompanyName}, c); err != nil {
		return nil, fmt.Errorf("look at the demo company: %w", err)
	}
	return c, nil
}
