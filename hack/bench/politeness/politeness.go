// Package politeness measures crawls of many hosts: whether the delay between requests
// to a host is kept, how much longer than the ideal the crawl takes, and whether hosts
// that do not respond delay the others.
package politeness

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// Parameters and limits.
const (
	latency       = 50 * time.Millisecond
	minAllowedGap = 245 * time.Millisecond
	maxWallRatio  = 1.1 // relative to the ideal
	maxSlowdown   = 1.5 // relative to a crawl without unresponsive hosts

	manyHosts    = 200
	manyPages    = 59 // with robots.txt 60 requests, at least 14.8 s
	fewHosts     = 60 // healthy hosts next to the unresponsive ones
	fewPages     = 19
	hangingHosts = 64
)

// bench is shared by all runs.
type bench struct {
	ctx      context.Context
	hosts    *hosts
	srv      *site.Server
	programs string
}

// outcome is one run as the healthy hosts observed it.
type outcome struct {
	requests, hosts int
	maxInFlight     int // most concurrent requests to one host
	minGap          time.Duration
	shortGaps       int
	wall, ideal     time.Duration // from the first request to the end of the last
	cpu             time.Duration
	stalls          int // of the process that serves the hosts
	longestStall    time.Duration
}

// Run measures the engine, and colly with one rule per host and with one rule for all.
func Run(ctx context.Context, r *report.Report) error {
	dir, err := os.MkdirTemp("", "bench-politeness")
	if err != nil {
		return fmt.Errorf("measure politeness: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h := &hosts{pages: manyPages, latency: latency, stats: map[string]*hostStats{}}
	srv, err := site.Serve(h, dir)
	if err != nil {
		return err
	}
	defer srv.Close()
	programs, err := measure.ProgramsPath()
	if err != nil {
		return fmt.Errorf("measure politeness: %w", err)
	}
	undo, err := measure.PrioritizeOnCore()
	if err != nil {
		r.Note("The programs and the hosts run without real-time priority, so other load on the machine may distort the times: %v.", err)
	}
	defer undo()
	b := &bench{ctx: ctx, hosts: h, srv: srv, programs: programs}
	if err := b.measureManyHosts(r); err != nil {
		return err
	}
	return b.measureHangingHosts(r)
}

// programs are the measured programs, Clausea first.
var programs = []struct{ name, child string }{
	{"clausea engine", "clausea"}, {"colly, one LimitRule per host", "colly"}, {"colly, one LimitRule \"*\"", "colly-star"},
}

func (b *bench) measureManyHosts(r *report.Report) error {
	r.Section(fmt.Sprintf("Politeness, %d hosts", manyHosts))
	r.Note("%d hosts with %d pages and a robots.txt each. The requested delay between requests to a host is %v; responses take %v. The ideal time is (requests to one host - 1) x delay + one response. The last column shows the stalls of more than 5 ms of the process that serves the hosts, and the longest one: on a busy machine these stalls shorten the observed gaps.", manyHosts, manyPages, delay, latency)
	homes := hostNames("host", manyHosts)
	var rows [][]string
	for i, p := range programs {
		o, err := b.runOnce(p.child, homes, manyHosts)
		if err != nil {
			if r.Missing(p.name, err); i == 0 {
				r.Unmeasured("politeness", err)
			}
			continue
		}
		rows = append(rows, []string{
			p.name, strconv.Itoa(o.requests), strconv.Itoa(o.maxInFlight), fmt.Sprintf("%.1f", ms(o.minGap)), strconv.Itoa(o.shortGaps),
			fmt.Sprintf("%.1f", o.wall.Seconds()), fmt.Sprintf("%.1f", o.ideal.Seconds()), fmt.Sprintf("%.2f", o.wall.Seconds()/o.ideal.Seconds()), fmt.Sprintf("%.2f", ms(o.cpu)/float64(o.requests)),
			fmt.Sprintf("%d, %.0f ms", o.stalls, ms(o.longestStall)),
		})
		if i == 0 {
			at := fmt.Sprintf(", %d hosts", manyHosts)
			r.AtMost("concurrent requests to a host"+at, float64(o.maxInFlight), 1, "")
			r.AtLeast("shortest gap between requests to a host"+at, ms(o.minGap), ms(minAllowedGap), " ms")
			r.AtMost("wall time relative to the ideal"+at, o.wall.Seconds()/o.ideal.Seconds(), maxWallRatio, "")
			r.AtLeast("requests"+at, float64(o.requests), manyHosts*(manyPages+1), "")
		}
	}
	r.Table([]string{"Crawler", "requests", "concurrent per host", "shortest gap ms", fmt.Sprintf("gaps under %d ms", minAllowedGap.Milliseconds()), "wall s", "ideal s", "wall/ideal", "CPU ms per request", "server stalls"}, rows)
	return nil
}

func (b *bench) measureHangingHosts(r *report.Report) error {
	r.Section(fmt.Sprintf("Unresponsive hosts, %d of %d", hangingHosts, hangingHosts+fewHosts))
	r.Note("%d healthy hosts with %d pages each, alone and together with %d unresponsive hosts. Half of the latter respond to no request, half only to robots.txt. The time ends with the last response of a healthy host; crawls are stopped after %v. The engine uses its default number of concurrent hosts.", fewHosts, fewPages, hangingHosts, timeLimit)
	b.hosts.pages = fewPages
	healthy := hostNames("host", fewHosts)
	all := append(append(hostNames(hangingPrefix, hangingHosts/2), hostNames(hangingAfterRobotsPrefix, hangingHosts/2)...), healthy...)
	var rows [][]string
	for i, p := range programs {
		alone, err := b.runOnce(p.child, healthy, 0)
		var together outcome
		if err == nil {
			together, err = b.runOnce(p.child, all, 0)
		}
		if err != nil {
			if r.Missing(p.name, err); i == 0 {
				r.Unmeasured("healthy hosts next to unresponsive ones", err)
			}
			continue
		}
		answered := fmt.Sprintf("%d of %d", together.requests, alone.requests)
		if together.requests == 0 {
			rows = append(rows, []string{p.name, fmt.Sprintf("%.1f", alone.wall.Seconds()), "-", "never", answered})
			continue
		}
		slowdown := together.wall.Seconds() / alone.wall.Seconds()
		rows = append(rows, []string{p.name, fmt.Sprintf("%.1f", alone.wall.Seconds()), fmt.Sprintf("%.1f", together.wall.Seconds()), fmt.Sprintf("%.2f", slowdown), answered})
		if i == 0 {
			r.AtMost(fmt.Sprintf("slowdown of healthy hosts by %d unresponsive hosts", hangingHosts), slowdown, maxSlowdown, "")
			r.AtLeast(fmt.Sprintf("requests to healthy hosts next to %d unresponsive hosts", hangingHosts), float64(together.requests), float64(alone.requests), "")
		}
	}
	r.Table([]string{"Crawler", "alone s", "with unresponsive s", "slowdown", "responses"}, rows)
	return nil
}

// runOnce runs a program on hosts. atOnce is the number of concurrent hosts; 0 is the
// default of the program.
func (b *bench) runOnce(child string, hosts []string, atOnce int) (outcome, error) {
	homes := make([]string, len(hosts))
	for i, h := range hosts {
		homes[i] = "https://" + h + "/"
	}
	n := strconv.Itoa(atOnce)
	if child == "colly-star" && atOnce == 0 {
		n = strconv.Itoa(len(hosts))
	}
	b.hosts.takeStats()
	stalls := measure.WatchStalls()
	got, err := measure.Do(b.ctx, measure.Program{Argv: []string{b.programs, "-as", "polite/" + child, b.srv.Addr, b.srv.CA, strings.Join(homes, ","), n}})
	count, most := stalls.Stop()
	if err != nil {
		return outcome{}, err
	}
	o := summarize(b.hosts.takeStats(), got.CPU)
	o.stalls, o.longestStall = count, most
	return o, nil
}

func summarize(seen map[string]*hostStats, cpu time.Duration) outcome {
	o := outcome{minGap: time.Hour, cpu: cpu}
	var first, last time.Time
	longest := 0
	for host, v := range seen {
		if first.IsZero() || v.firstStart.Before(first) {
			first = v.firstStart
		}
		if strings.HasPrefix(host, hangingPrefix) || strings.HasPrefix(host, hangingAfterRobotsPrefix) {
			continue
		}
		if v.lastEnd.After(last) {
			last = v.lastEnd
		}
		o.hosts++
		o.requests += v.requests
		o.maxInFlight = max(o.maxInFlight, v.maxInFlight)
		o.minGap = min(o.minGap, v.minGap)
		o.shortGaps += v.shortGaps
		longest = max(longest, v.requests)
	}
	if o.hosts > 0 {
		o.wall = last.Sub(first)
	}
	o.ideal = time.Duration(longest-1)*delay + latency
	return o
}

func hostNames(kind string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = hostName(kind, i)
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
