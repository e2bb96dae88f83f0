package dashboard

import (
	"fmt"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerSchedule registers the page of what runs, waits and comes next.
func registerSchedule(s *Server) { s.view("GET /schedule", s.schedulePage) }

// scheduleView is what runs, what waits and what comes next.
type scheduleView struct {
	Running, Waiting []crawlRow
	More             bool // there are more running or waiting crawls than are shown
	Skipped          []skippedTimes
	Next             []nextCrawl
	Pager            pager
	Load             service.ScheduleLoad
	Chart            []loadBar
	Days             []loadDay
	Total            int
}

// skippedTimes are the times at which the schedule started no crawl, because one had not ended.
type skippedTimes struct {
	Crawl crawlRow
	Times []time.Time
}

// nextCrawl is the next crawl of a company.
type nextCrawl struct {
	Name, DisplayName, Cron, Zone string
	At                            time.Time
}

// loadBar is a bar of the chart, in its units.
type loadBar struct {
	X, Y, Height int
	Title        string
}

// loadDay is a day of the table beside the chart, with the crawls of each slot.
type loadDay struct {
	Day   time.Time
	Slots []string // empty: not in the week
	Total int
}

// maxScheduleRows bounds the crawls that the page lists in each state.
const maxScheduleRows = 100

func (s *Server) schedulePage(v *visit) (page, error) {
	var out scheduleView
	if err := s.addActive(v, &out); err != nil {
		return page{}, err
	}
	companies, next, err := s.o.Services.Companies.List(v.Context(), v.Caller, service.CompanyQuery{
		Sort: service.SortByNextCrawl, ListOptions: store.ListOptions{Limit: 50, Continue: v.Query("cursor")},
	})
	if err != nil {
		return page{}, err
	}
	for _, c := range companies {
		if c.Status.NextCrawlTime == nil {
			next = "" // they are last in the list
			break
		}
		out.Next = append(out.Next, nextCrawlOf(c))
	}
	out.Pager = newPager(v, next)
	if out.Load, err = s.o.Services.Schedule.Load(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	out.addLoad()
	return page{Title: "Schedule and queue", Nav: "schedule", Body: out}, nil
}

func nextCrawlOf(c *v1alpha1.Company) nextCrawl {
	n := nextCrawl{Name: c.Name, DisplayName: c.Spec.DisplayName, At: c.Status.NextCrawlTime.Time}
	if c.Spec.Schedule != nil {
		n.Cron, n.Zone = c.Spec.Schedule.Cron, c.Spec.Schedule.TimeZone
	}
	return n
}

// addActive adds the crawls that have not ended.
func (s *Server) addActive(v *visit, out *scheduleView) error {
	for _, states := range [][]store.RunState{{store.RunRunning}, {store.RunPending, store.RunInterrupted}} {
		crawls, next, err := s.o.Services.Crawls.List(v.Context(), v.Caller, service.CrawlQuery{States: states, ListOptions: store.ListOptions{Limit: maxScheduleRows}})
		if err != nil {
			return err
		}
		out.More = out.More || next != ""
		for _, c := range crawls {
			row := newCrawlRow(c)
			if row.State == store.RunRunning {
				out.Running = append(out.Running, row)
			} else {
				out.Waiting = append(out.Waiting, row)
			}
			times, err := s.o.Services.Schedule.Skipped(v.Context(), v.Caller, c)
			if err != nil {
				return err
			}
			if len(times) > 0 {
				out.Skipped = append(out.Skipped, skippedTimes{row, times})
			}
		}
	}
	return nil
}

const (
	chartHeight = 120 // of the bars, in units of the chart
	chartStep   = 25  // from one bar to the next
)

// addLoad adds the chart and the table of the load.
func (out *scheduleView) addLoad() {
	greatest := 1
	for _, n := range out.Load.Slots {
		greatest = max(greatest, n)
		out.Total += n
	}
	for i, n := range out.Load.Slots {
		at := out.Load.From.Add(time.Duration(i) * service.ScheduleSlot)
		height := n * chartHeight / greatest
		if n > 0 {
			height = max(height, 2)
		}
		out.Chart = append(out.Chart, loadBar{i * chartStep, chartHeight - height, height, fmt.Sprintf("%s UTC: %d", at.Format("Mon 2 Jan 15:04"), n)})
		slot := int(at.Sub(at.Truncate(24*time.Hour)) / service.ScheduleSlot)
		if len(out.Days) == 0 || slot == 0 {
			out.Days = append(out.Days, loadDay{Day: at.Truncate(24 * time.Hour), Slots: make([]string, 24*time.Hour/service.ScheduleSlot)})
		}
		d := &out.Days[len(out.Days)-1]
		d.Slots[slot], d.Total = number(n), d.Total+n
	}
}
