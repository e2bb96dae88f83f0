package dashboard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// crawlView is what the page of a crawl shows. It is built from the record and the log of the
// crawl, so that it is the same while the crawl runs and afterwards.
type crawlView struct {
	crawlRow

	Ended, Suspended, Stopping bool
	// IsPreview is set if the crawl shows what the crawls of a company would find.
	IsPreview bool
	// AddCompany is the path of the form that adds the company of a preview.
	AddCompany string
	// Controlled is set if a CrawlJob controls the crawl: the buttons act on it.
	Controlled    bool
	RequestReason string
	Duration      time.Duration
	Rate          string // pages a minute since the start, or empty
	Skipped       []skipCount
	SkippedTotal  int64
	Hosts         []hostWait
	Found         []store.RunEvent // the newest first
	FoundTotal    int
	Log           []store.RunEvent // the newest first
	LogTotal      int
	Missing       []missingType
}

// skipCount is the number of URLs that were skipped for a reason.
type skipCount struct {
	Reason, Text string
	Count        int64
}

// hostWait is a host that receives fewer requests than others, or none.
type hostWait struct {
	Host, Wait, Why string
	At              time.Time
}

// missingType is an expected type that the crawl did not find.
type missingType struct{ Type, Reason, Remedy string }

// maxCrawlRows bounds the rows of each list on the page of a crawl.
const maxCrawlRows = 100

// newCrawlView returns what the page of a crawl shows at a time.
func newCrawlView(c *service.Crawl, log []store.RunEvent, now time.Time) crawlView {
	r := &c.Run
	view := crawlView{crawlRow: newCrawlRow(c), Ended: c.Ended(), Controlled: c.Job != nil, LogTotal: len(log)}
	if c.Job != nil {
		view.Suspended = c.Job.Spec.Suspend && !view.Ended
		view.Stopping = (c.Job.Spec.Stop || c.Job.DeletionTimestamp != nil) && !view.Ended
		view.IsPreview = c.Job.Spec.Company != nil
		view.RequestReason = c.Job.Annotations[v1alpha1.AnnotationRequestReason]
	}
	until := now
	if view.Ended && !r.FinishedAt.IsZero() {
		until = r.FinishedAt
	}
	if !r.StartedAt.IsZero() && until.After(r.StartedAt) {
		view.Duration = until.Sub(r.StartedAt)
		view.Rate = fmt.Sprintf("%.1f", float64(r.Progress.Fetched)/max(view.Duration, time.Second).Minutes())
	}
	view.Skipped, view.SkippedTotal = skipCounts(r.Progress.Skipped)
	view.Hosts = hostWaits(r.WaitingForHost, log)
	for _, e := range slices.Backward(log) {
		if len(view.Log) < maxCrawlRows {
			view.Log = append(view.Log, e)
		}
		if e.Type == store.RunDocumentFound || e.Type == store.RunVersionStored {
			if view.FoundTotal++; len(view.Found) < maxCrawlRows {
				view.Found = append(view.Found, e)
			}
		}
	}
	for _, m := range r.Coverage {
		if m.State == store.CoverageMissing {
			view.Missing = append(view.Missing, missingType{m.Type, m.Reason, v1alpha1.MissingReason(m.Reason).Remedy()})
		}
	}
	return view
}

// skipCounts lists skipped URLs by reason, the most frequent first.
func skipCounts(counts map[string]int64) (out []skipCount, total int64) {
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[reason]; n > 0 {
			out = append(out, skipCount{reason, skipText(reason), n})
			total += n
		}
	}
	slices.SortStableFunc(out, func(a, b skipCount) int { return cmp.Compare(b.Count, a.Count) })
	return out, total
}

// hostWaits lists the hosts that were slowed down or paused, with the last event of each, and the
// host for which the crawl waits.
func hostWaits(waiting string, log []store.RunEvent) (out []hostWait) {
	if waiting != "" {
		out = append(out, hostWait{Host: waiting, Wait: "The crawl waits for its turn.", Why: "Another crawl sends requests to this host."})
	}
	listed := map[string]bool{waiting: true}
	for _, e := range slices.Backward(log) {
		if e.Type != store.RunHostSlowed && e.Type != store.RunHostPaused || listed[e.Host] {
			continue
		}
		listed[e.Host] = true
		if out = append(out, hostWait{e.Host, e.Message, skipText(e.Reason), e.At}); len(out) == maxCrawlRows {
			break
		}
	}
	return out
}

// skipText returns a skip reason in words.
func skipText(reason string) string {
	if text := skipTexts[reason]; text != "" {
		return text
	}
	return capitalized(strings.ReplaceAll(reason, "_", " "))
}
