package company

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/netresearch/go-cron"

	"github.com/clausea/crawler/api/v1alpha1"
)

// timetable is a parsed schedule.
type timetable struct {
	cron   cron.Schedule
	zone   *time.Location
	jitter time.Duration
	seed   string // of the jitter: the UID of the Company
}

// parseSchedule parses the schedule of a Company. The schema checks the syntax; the errors
// here are those that only a parser detects, such as a minute of 61 or an unknown time
// zone. They state a correction.
func parseSchedule(c *v1alpha1.Company) (*timetable, error) {
	s := c.Spec.Schedule
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil || s.TimeZone == "Local" {
		return nil, fmt.Errorf("spec.schedule.timeZone %q is not an IANA time zone; write Europe/Paris or Etc/UTC", s.TimeZone)
	}
	parsed, err := cron.ParseStandard(s.Cron)
	if err != nil {
		return nil, fmt.Errorf("spec.schedule.cron %q cannot be parsed (%w); write \"30 2 * * *\" for every night at half past two", s.Cron, err)
	}
	t := &timetable{cron: parsed, zone: zone, seed: string(c.UID)}
	if s.Jitter != nil {
		t.jitter = s.Jitter.Duration
	}
	if t.nextTick(time.Unix(0, 0)).IsZero() {
		return nil, fmt.Errorf("spec.schedule.cron %q never occurs (such as February 30); write \"30 2 * * *\" for every night at half past two", s.Cron)
	}
	return t, nil
}

// nextTick returns the first time of the cron expression after t, zero if there is none.
func (tt *timetable) nextTick(t time.Time) time.Time { return tt.cron.Next(t.In(tt.zone)).UTC() }

// next returns the first time after t at which a crawl is due: a tick plus its jitter.
func (tt *timetable) next(t time.Time) time.Time {
	// A tick before t may be due after t, and a later tick may be due sooner than an
	// earlier one. No tick is due before it occurs, so that the search ends at the first
	// tick after soonest.
	var soonest time.Time
	for tick := tt.nextTick(t.Add(-tt.jitter)); !tick.IsZero() && (soonest.IsZero() || tick.Before(soonest)); tick = tt.nextTick(tick) {
		if due := tick.Add(tt.delay(tick)); due.After(t) && (soonest.IsZero() || due.Before(soonest)) {
			soonest = due
		}
	}
	return soonest
}

// delay returns the jitter of a tick: a hash of the Company and the tick, so that every
// reconcile computes the same delay.
func (tt *timetable) delay(tick time.Time) time.Duration {
	if tt.jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", tt.seed, tick.Unix())
	return time.Duration(h.Sum64() % uint64(tt.jitter)).Truncate(time.Second)
}
