package main

import (
	"container/heap"
	"math/rand/v2"
	"slices"
)

// event is something that happens to a company.
type event struct {
	at      float64 // seconds
	kind    kind
	company int32
}

type kind uint8

const (
	becomesDue kind = iota
	// leavesHost: the crawl has requested its pages of its own host, which no other crawl uses.
	leavesHost
	// leavesShared: the crawl has requested its pages of the shared host.
	leavesShared
)

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any) {
	if v, ok := x.(event); ok {
		*e = append(*e, v)
	}
}

func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

// result is what a run of the simulation measured.
type result struct {
	crawls                int
	mostAtOnce            int
	meanAtOnce            float64
	slotWaits, hostWaits  []float64 // sorted; seconds of each crawl
	crawlsThatWaitForHost int
}

func (r *result) slotWait(q float64) float64 { return quantile(r.slotWaits, q) }

// hostWait is a quantile of the crawls that use a shared host.
func (r *result) hostWait(q float64) float64 { return quantile(r.hostWaits, q) }

func (r *result) waitedForHost() float64 { return float64(r.crawlsThatWaitForHost) / float64(r.crawls) }

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

// sharedHost is a host that serves one crawl at a time.
type sharedHost struct {
	busy  bool
	queue []waiting
}

type waiting struct {
	since   float64
	company int32
}

// simulation is the state of a run.
type simulation struct {
	m       model
	r       *rand.Rand
	pending events
	waiting []waiting // for a slot, first come, first served
	hosts   []sharedHost
	hostOf  []int16 // the shared host of a company, or -1
	running int
	result  result
	area    float64 // crawls at once, integrated over time
	last    float64
}

// run simulates a week.
func (m model) run() *result {
	s := &simulation{m: m, r: rand.New(rand.NewPCG(m.seed, 1)), hosts: make([]sharedHost, m.sharedHosts), hostOf: make([]int16, m.companies)}
	popular := rand.NewZipf(s.r, 1.2, 1, uint64(max(m.sharedHosts-1, 0)))
	s.pending = make(events, 0, m.companies)
	for i := range m.companies {
		s.hostOf[i] = -1
		if m.sharedHosts > 0 && s.r.Float64() < m.sharing {
			s.hostOf[i] = int16(popular.Uint64())
		}
		s.pending = append(s.pending, event{m.due(s.r), becomesDue, int32(i)})
	}
	heap.Init(&s.pending)
	for s.pending.Len() > 0 {
		e, _ := heap.Pop(&s.pending).(event)
		s.area += float64(s.running) * (e.at - s.last)
		s.last = e.at
		s.handle(e)
	}
	s.result.meanAtOnce = s.area / max(s.last, week)
	slices.Sort(s.result.slotWaits)
	slices.Sort(s.result.hostWaits)
	return &s.result
}

func (s *simulation) handle(e event) {
	switch e.kind {
	case becomesDue:
		s.waiting = append(s.waiting, waiting{e.at, e.company})
	case leavesHost:
		if h := s.hostOf[e.company]; h >= 0 {
			s.hosts[h].queue = append(s.hosts[h].queue, waiting{e.at, e.company})
			s.serve(&s.hosts[h], e.at)
			return
		}
		s.end()
	case leavesShared:
		h := &s.hosts[s.hostOf[e.company]]
		h.busy = false
		s.serve(h, e.at)
		s.end()
	}
	for s.running < s.m.slots && len(s.waiting) > 0 {
		w := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.result.slotWaits = append(s.result.slotWaits, e.at-w.since)
		s.running++
		s.result.mostAtOnce = max(s.result.mostAtOnce, s.running)
		heap.Push(&s.pending, event{e.at + float64(s.m.pages(s.r))*pageTime, leavesHost, w.company})
	}
}

func (s *simulation) end() {
	s.running--
	s.result.crawls++
}

// serve gives a free host to the crawl that has waited for it the longest.
func (s *simulation) serve(h *sharedHost, now float64) {
	if h.busy || len(h.queue) == 0 {
		return
	}
	w := h.queue[0]
	h.queue = h.queue[1:]
	h.busy = true
	if now > w.since {
		s.result.crawlsThatWaitForHost++
	}
	s.result.hostWaits = append(s.result.hostWaits, now-w.since)
	heap.Push(&s.pending, event{now + float64(s.m.sharedPages)*pageTime, leavesShared, w.company})
}
