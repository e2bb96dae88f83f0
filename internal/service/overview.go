package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// Overview has the use case of the state of all crawls at a glance.
type Overview struct {
	Guard     Guard
	Store     OverviewStore
	Resources Resources

	state cache[struct{}, OverviewState]
}

// OverviewStore is the part of the store that Overview uses.
type OverviewStore interface {
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
}

const (
	// overviewTTL is how long an overview is cached: many dashboards cost as much as one.
	overviewTTL = 10 * time.Second
	// maxOverview is the number of companies and crawls that each list names.
	maxOverview = 5
	// staleFactor is how many intervals of its schedule a company may be without a crawl before it
	// is stale: one can be missed.
	staleFactor = 2
)

// OverviewState is the state of all crawls at one time. Each list has the first few; the number
// beside it counts all.
type OverviewState struct {
	At        time.Time
	Companies int
	Running   []store.Run // their companies are names, not store keys
	RunCount  int
	// RunsMore is set if more runs than RunCount exist.
	RunsMore bool
	// Broken are the companies whose last crawl failed, the latest failure first.
	Broken      []CompanyNotice
	BrokenCount int
	// Due are the companies that the schedule crawls next, the soonest first.
	Due      []CompanyNotice
	DueCount int
	// Stale are the companies without a successful crawl for longer than twice the interval of
	// their schedule, the longest first. Suspended companies are not stale.
	Stale      []CompanyNotice
	StaleCount int
}

// CompanyNotice is a company with the reason why an overview names it.
type CompanyNotice struct {
	Name, DisplayName string
	// Reason and Message are those of the last crawl.
	Reason, Message string
	// At is the time of the next crawl of a Due company, the time since which the crawls of a
	// Broken one fail, and the time since which a Stale one has no successful crawl; it is zero if
	// there was none.
	At time.Time
}

// Get returns an overview that is at most ten seconds old. The caller must not change its lists.
func (s *Overview) Get(ctx context.Context, caller Caller) (OverviewState, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return OverviewState{}, err
	}
	now := s.Guard.Now()
	return s.state.get(ctx, struct{}{}, now, overviewTTL, func(ctx context.Context) (OverviewState, error) { return s.measure(ctx, now) })
}

func (s *Overview) measure(ctx context.Context, now time.Time) (OverviewState, error) {
	o := OverviewState{At: now}
	list := &v1alpha1.CompanyList{}
	if err := s.Resources.Cache.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return o, fmt.Errorf("list the companies: %w", err)
	}
	o.Companies = len(list.Items)
	intervals := map[string]time.Duration{}
	for i := range list.Items {
		o.add(&list.Items[i], now, intervals)
	}
	o.Broken, o.BrokenCount = firstNotices(o.Broken, func(a, b CompanyNotice) int { return b.At.Compare(a.At) })
	o.Due, o.DueCount = firstNotices(o.Due, func(a, b CompanyNotice) int { return a.At.Compare(b.At) })
	o.Stale, o.StaleCount = firstNotices(o.Stale, func(a, b CompanyNotice) int { return a.At.Compare(b.At) })
	runs, next, err := s.Store.QueryRuns(ctx, store.RunQuery{States: []store.RunState{store.RunRunning}, ListOptions: store.ListOptions{Limit: store.DefaultLimit}})
	if err != nil {
		return o, fmt.Errorf("list the running crawls: %w", err)
	}
	o.RunsMore = next != ""
	for _, r := range runs {
		var visible bool
		if r.Company, visible = nameOfCompany(s.Resources.Namespace, r.Company); !visible {
			continue
		}
		if o.RunCount++; len(o.Running) < maxOverview {
			o.Running = append(o.Running, r)
		}
	}
	return o, nil
}

// add adds a Company to the lists to which it belongs.
func (o *OverviewState) add(c *v1alpha1.Company, now time.Time, intervals map[string]time.Duration) {
	reason, message := StateOf(c)
	n := CompanyNotice{Name: c.Name, DisplayName: cmp.Or(c.Spec.DisplayName, c.Name), Reason: reason, Message: message}
	with := func(at time.Time) CompanyNotice { n.At = at; return n }
	var last time.Time
	if crawl := c.Status.LastCrawl; crawl != nil && crawl.CompletionTime != nil {
		last = crawl.CompletionTime.Time
	}
	if ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady); ready != nil && ready.Status == metav1.ConditionFalse {
		last = ready.LastTransitionTime.Time // crawls have failed since then
		o.Broken = append(o.Broken, with(last))
	}
	if c.Spec.Suspend || c.Spec.Schedule == nil {
		return
	}
	if next := c.Status.NextCrawlTime; next != nil {
		o.Due = append(o.Due, with(next.Time))
	}
	key := c.Spec.Schedule.Cron
	interval, known := intervals[key]
	if !known {
		interval = intervalOf(key, now)
		intervals[key] = interval
	}
	since := last
	if since.IsZero() {
		since = c.CreationTimestamp.Time
	}
	if interval > 0 && now.Sub(since) > staleFactor*interval {
		o.Stale = append(o.Stale, with(last))
	}
}

// intervalOf returns the longest of the next intervals of a schedule, or 0 if it is invalid.
func intervalOf(schedule string, now time.Time) (longest time.Duration) {
	parsed, err := cron.ParseStandard(schedule)
	if err != nil {
		return 0
	}
	at := parsed.Next(now)
	for range 10 {
		next := parsed.Next(at)
		if next.IsZero() {
			break
		}
		longest, at = max(longest, next.Sub(at)), next
	}
	return longest
}

// firstNotices returns the first few of a list in an order, and the length of the list.
func firstNotices(all []CompanyNotice, compare func(a, b CompanyNotice) int) ([]CompanyNotice, int) {
	slices.SortFunc(all, func(a, b CompanyNotice) int { return cmp.Or(compare(a, b), strings.Compare(a.Name, b.Name)) })
	return slices.Clone(all[:min(len(all), maxOverview)]), len(all)
}
