// Command simulate estimates what many companies need: worker slots, waits for slots and hosts,
// operations of the store, CPU time and space. docs/scale.md quotes its output.
//
//	go run ./hack/simulate                         1,000,000 companies, a week
//	go run ./hack/simulate -companies 20000 -seed 2
//
// It is a simulation of events: companies become due, wait for a worker slot, then request one page
// after the other from their own host and, some of them, from a host that many companies share. A host
// serves one crawl at a time. The costs of a crawl are those that docs/benchmarks.md and
// docs/storage.md report.
package main

import (
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

func main() {
	m := defaults
	flag.IntVar(&m.companies, "companies", m.companies, "number of companies, each of which is crawled once a week")
	flag.Uint64Var(&m.seed, "seed", m.seed, "seed of the random numbers")
	flag.IntVar(&m.sharedHosts, "shared-hosts", m.sharedHosts, "number of hosts that several companies use")
	flag.Float64Var(&m.sharing, "sharing", m.sharing, "part of the companies that use a shared host")
	flag.Parse()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "schedule\tslots\tcrawls\tat once, mean\tat once, most\twait for a slot, p50\tp99\twait for a host, p99\tlongest\tcrawls that waited for a host")
	for _, s := range []schedule{spread, nightly} {
		for _, slots := range m.slotsToTry() {
			m.schedule, m.slots = s, slots
			r := m.run()
			fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%d\t%s\t%s\t%s\t%s\t%.2f %%\n", s, slots, r.crawls, r.meanAtOnce, r.mostAtOnce,
				show(r.slotWait(0.5)), show(r.slotWait(0.99)), show(r.hostWait(0.99)), show(r.hostWait(1)), 100*r.waitedForHost())
		}
	}
	_ = w.Flush()
	fmt.Println()
	fmt.Print(m.totals())
}

// show prints seconds as a duration.
func show(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= time.Minute:
		return d.Round(time.Minute).String()
	case d >= time.Second:
		return d.Round(time.Second).String()
	default:
		return d.Round(100 * time.Millisecond).String()
	}
}
