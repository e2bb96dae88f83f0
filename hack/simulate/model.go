package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// schedule is when companies become due.
type schedule string

const (
	spread  schedule = "spread over the week"
	nightly schedule = "one night a week, 30 min jitter"
)

// Times in seconds.
const (
	week = 7 * 86_400.0
	// pageTime is the delay between two requests to a host and the response.
	pageTime = 1.2
	jitter   = 1_800.0
)

// model are the assumptions.
type model struct {
	companies   int
	seed        uint64
	sharedHosts int
	sharing     float64 // part of the companies with documents on a shared host
	sharedPages int     // requests of such a company to that host
	meanPages   float64 // requests of a crawl to the company's own host
	documents   int     // of a company
	changes     float64 // of a document in a year
	schedule    schedule
	slots       int
}

var defaults = model{companies: 1_000_000, seed: 1, sharedHosts: 200, sharing: 0.1, sharedPages: 4, meanPages: 40, documents: 10, changes: 4}

// pages returns the number of requests of a crawl to the company's own host: log-normal, because a
// few sites are much larger than the others, and at most the default of --max-pages.
func (m model) pages(r *rand.Rand) int {
	const sigma = 0.9
	n := math.Exp(math.Log(m.meanPages) - sigma*sigma/2 + sigma*r.NormFloat64())
	return int(min(max(n, 1), 500))
}

// due returns when a company becomes due, in seconds from the beginning of the week.
func (m model) due(r *rand.Rand) float64 {
	if m.schedule == nightly {
		return float64(r.IntN(7))*86_400 + 2.5*3_600 + r.Float64()*jitter
	}
	return r.Float64() * week
}

// slotsToTry returns numbers of worker slots: the mean number of crawls at once with a reserve of a
// fourth, and four times as many.
func (m model) slotsToTry() []int {
	busy := float64(m.companies) / week * (m.meanPages + m.sharing*float64(m.sharedPages)) * pageTime
	n := int(math.Ceil(busy * 1.25))
	return []int{n, 4 * n}
}

// Measured costs: docs/benchmarks.md (CPU and sizes) and docs/storage.md (operations and sizes).
const (
	cpuPerCrawl    = 0.094   // controllers, queue, leases, checkpoints, and five pages
	cpuPerPage     = 0.0055  // 11 s of CPU time for 2,000 pages, a tenth of them documents
	opsUnchanged   = 12      // operations of MongoDB for a document that did not change
	opsChanged     = 19      // for a new or changed one
	opsPerSecond   = 2       // events, pages, progress and leases of a running crawl
	kilobyte       = 1_000.0 // bytes
	documentSize   = 41 * kilobyte
	versionSize    = 13 * 1_024.0
	compressedPage = 16.3 * 1_024 // mean size of a page in transit
	hostLeaseOps   = 4            // for each host of a crawl
)

// totals returns what the companies need whatever their schedule is.
func (m model) totals() string {
	n := float64(m.companies)
	perSecond := n / week
	pages := m.meanPages + m.sharing*float64(m.sharedPages)
	month := 365.25 / 12 * 86_400
	cpu := cpuPerCrawl + pages*cpuPerPage
	changed := m.changes / 365.25 * 7 * float64(m.documents) // a crawl
	ops := float64(m.documents)*opsUnchanged + changed*(opsChanged-opsUnchanged) + pages*pageTime*opsPerSecond + (1+m.sharing)*hostLeaseOps
	versions := m.changes / 12 * float64(m.documents) * versionSize
	var b strings.Builder
	for _, row := range []struct{ what, value string }{
		{"crawls a second", fmt.Sprintf("%.2f", perSecond)},
		{"requests a second", fmt.Sprintf("%.0f", perSecond*pages)},
		{"cores for the crawls", fmt.Sprintf("%.2f", perSecond*cpu)},
		{"CPU seconds of a company in a month", fmt.Sprintf("%.2f", cpu*month/week)},
		{"operations of MongoDB a second", fmt.Sprintf("%.0f", perSecond*ops)},
		{"changes of documents a second", fmt.Sprintf("%.2f", perSecond*changed)},
		{"host leases taken a second", fmt.Sprintf("%.2f", perSecond*(1+m.sharing))},
		{"store after the first crawl", fmt.Sprintf("%.0f GB", n*float64(m.documents)*documentSize/1e9)},
		{"growth of the store in a month", fmt.Sprintf("%.0f GB", n*versions/1e9)},
		{"received in a month", fmt.Sprintf("%.1f TB", n*pages*month/week*compressedPage/1e12)},
		{"hours of the first crawls at 60 new documents a second", fmt.Sprintf("%.0f", n*float64(m.documents)/60/3_600)},
	} {
		fmt.Fprintf(&b, "%-56s%s\n", row.what, row.value)
	}
	return b.String()
}
