// Package politeness measures how many hosts are crawled at once: whether each is
// left in peace as long as asked, how much time that costs, and whether hosts
// that hang hold up the others.
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

// What is asked for.
const (
	latency       = 50 * time.Millisecond
	minAllowedGap = 245 * time.Millisecond
	maxWallRatio  = 1.1 // of the ideal
	maxSlowdown   = 1.5 // of the time without hosts that hang

	manyHosts    = 200
	manyPages    = 59 // with robots.txt 60 requests, 14.8 s at the least
	fewHosts     = 60 // healthy ones beside those that hang
	fewPages     = 19
	hangingHosts = 64
)

// bench is what the runs share.
type bench struct {
	ctx      context.Context
	hosts    *hosts
	srv      *site.Server
	programs string
}

// outcome is one run as the healthy hosts saw it.
type outcome struct {
	requests, hosts int
	maxInFlight     int // requests at once to one host, at most
	minGap          time.Duration
	shortGaps       int
	wall, ideal     time.Duration // from the first request to the end of the last
	cpu             time.Duration
	stalls          int // times that the hosts' own process stood still
	longestStall    time.Duration
}

// Run measures the engine and colly with a rule a host and with one for all.
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
		r.Note("The programs and the hosts do not go before what else the machine does, so that it may show: %v.", err)
	}
	defer undo()
	b := &bench{ctx: ctx, hosts: h, srv: srv, programs: programs}
	if err := b.measureManyHosts(r); err != nil {
		return err
	}
	return b.measureHangingHosts(r)
}

// programs that are measured, the project's first.
var programs = []struct{ name, child string }{
	{"clausea engine", "clausea"}, {"colly, a LimitRule a host", "colly"}, {"colly, one LimitRule \"*\"", "colly-star"},
}

func (b *bench) measureManyHosts(r *report.Report) error {
	r.Section(fmt.Sprintf("Politeness, %d hosts", manyHosts))
	r.Note("%d hosts of %d pages and a robots.txt, %v between the requests to one asked for, each answered after %v. The ideal is the requests of a host less one times the delay, and one latency. The last column says how often the process that serves the hosts was kept from running for over 5 ms, and how long at most: on a busy machine it is that what shortens gaps.", manyHosts, manyPages, delay, latency)
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
			r.AtMost("requests at once to a host"+at, float64(o.maxInFlight), 1, "")
			r.AtLeast("least gap between requests to a host"+at, ms(o.minGap), ms(minAllowedGap), " ms")
			r.AtMost("wall time over the ideal"+at, o.wall.Seconds()/o.ideal.Seconds(), maxWallRatio, "")
			r.AtLeast("requests"+at, float64(o.requests), manyHosts*(manyPages+1), "")
		}
	}
	r.Table([]string{"Crawler", "requests", "at once to a host", "least gap ms", fmt.Sprintf("gaps under %d ms", minAllowedGap.Milliseconds()), "wall s", "ideal s", "over the ideal", "CPU ms a request", "hosts' own stalls"}, rows)
	return nil
}

func (b *bench) measureHangingHosts(r *report.Report) error {
	r.Section(fmt.Sprintf("Hosts that hang, %d of %d", hangingHosts, hangingHosts+fewHosts))
	r.Note("%d healthy hosts of %d pages, alone and beside %d that hang: half of those answer nothing, half answer robots.txt and nothing else. The time is until the last healthy host's last answer; a crawl is ended after %v. The engine has its own default of hosts at once.", fewHosts, fewPages, hangingHosts, timeLimit)
	b.hosts.pages = fewPages
	healthy := hostNames("host", fewHosts)
	all := append(append(hostNames(hangingPrefix, hangingHosts/2), hostNames(hangingAfterRobotsPrefix, hangingHosts/2)...), healthy...)
	var rows [][]string
	for i, p := range programs {
		alone, err := b.runOnce(p.child, healthy, 0)
		var beside outcome
		if err == nil {
			beside, err = b.runOnce(p.child, all, 0)
		}
		if err != nil {
			if r.Missing(p.name, err); i == 0 {
				r.Unmeasured("healthy hosts beside hanging ones", err)
			}
			continue
		}
		answered := fmt.Sprintf("%d of %d", beside.requests, alone.requests)
		if beside.requests == 0 {
			rows = append(rows, []string{p.name, fmt.Sprintf("%.1f", alone.wall.Seconds()), "-", "never", answered})
			continue
		}
		held := beside.wall.Seconds() / alone.wall.Seconds()
		rows = append(rows, []string{p.name, fmt.Sprintf("%.1f", alone.wall.Seconds()), fmt.Sprintf("%.1f", beside.wall.Seconds()), fmt.Sprintf("%.2f", held), answered})
		if i == 0 {
			r.AtMost(fmt.Sprintf("healthy hosts' time beside %d that hang", hangingHosts), held, maxSlowdown, "")
			r.AtLeast(fmt.Sprintf("healthy hosts' requests beside %d that hang", hangingHosts), float64(beside.requests), float64(alone.requests), "")
		}
	}
	r.Table([]string{"Crawler", "alone s", "beside hanging s", "over alone", "requests answered"}, rows)
	return nil
}

// runOnce runs a program on hosts; atOnce 0 is its default.
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
