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
	seed   string // of the jitter
}

// parseSchedule parses the schedule of a Company. The schema has checked its syntax; the
// errors here are what only a parser can detect, such as a 61st minute or an unknown time
// zone, and say how to correct it.
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
func (s *timetable) nextTick(t time.Time) time.Time { return s.cron.Next(t.In(s.zone)).UTC() }

// next returns the first time after t at which a crawl is due: a tick plus its jitter.
func (s *timetable) next(t time.Time) time.Time {
	// The jitter may delay a tick that has passed beyond t, and beyond a later tick.
	var soonest time.Time
	for tick := s.nextTick(t.Add(-s.jitter)); !tick.IsZero() && (soonest.IsZero() || tick.Before(soonest)); tick = s.nextTick(tick) {
		if due := tick.Add(s.delay(tick)); due.After(t) && (soonest.IsZero() || due.Before(soonest)) {
			soonest = due
		}
	}
	return soonest
}

// delay returns the jitter of a tick. It is derived from the Company and the tick, so that
// every reconcile computes the same one.
func (s *timetable) delay(tick time.Time) time.Duration {
	if s.jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", s.seed, tick.Unix())
	return time.Duration(h.Sum64() % uint64(s.jitter)).Truncate(time.Second)
}
