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
	spec   cron.Schedule
	zone   *time.Location
	jitter time.Duration
	seed   string // what the jitter is drawn from, the same at every look
}

// timetableOf reads a schedule. The schema has checked its form; what only a parser
// can tell (a 61st minute, a zone that is none) is an error that says what to do.
func timetableOf(c *v1alpha1.Company) (*timetable, error) {
	s := c.Spec.Schedule
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil || s.TimeZone == "Local" {
		return nil, fmt.Errorf("spec.schedule.timeZone %q is no IANA time zone; write Europe/Paris or Etc/UTC", s.TimeZone)
	}
	parsed, err := cron.ParseStandard(s.Cron)
	if err != nil {
		return nil, fmt.Errorf("spec.schedule.cron %q can't be read (%w); write \"30 2 * * *\" for every night at half past two", s.Cron, err)
	}
	t := &timetable{spec: parsed, zone: zone, seed: string(c.UID)}
	if s.Jitter != nil {
		t.jitter = s.Jitter.Duration
	}
	if t.tick(time.Unix(0, 0)).IsZero() {
		return nil, fmt.Errorf("spec.schedule.cron %q never comes (such as February 30); write \"30 2 * * *\" for every night at half past two", s.Cron)
	}
	return t, nil
}

// tick is the first time of the schedule after t, or zero if there is none.
func (s *timetable) tick(t time.Time) time.Time { return s.spec.Next(t.In(s.zone)).UTC() }

// next is the first time after t at which a crawl is due: a tick and its jitter,
// which is drawn from the company and the tick, so that it stays what it is.
func (s *timetable) next(t time.Time) time.Time {
	// A tick that has passed may be due yet by its jitter, and a later one before it.
	var soonest time.Time
	for at := s.tick(t.Add(-s.jitter)); !at.IsZero() && (soonest.IsZero() || at.Before(soonest)); at = s.tick(at) {
		if due := at.Add(s.delay(at)); due.After(t) && (soonest.IsZero() || due.Before(soonest)) {
			soonest = due
		}
	}
	return soonest
}

func (s *timetable) delay(tick time.Time) time.Duration {
	if s.jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", s.seed, tick.Unix())
	return time.Duration(h.Sum64() % uint64(s.jitter)).Truncate(time.Second)
}
