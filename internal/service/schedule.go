package service

import (
	"context"
	"fmt"
	"time"

	"github.com/netresearch/go-cron"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// Schedule has the use cases of the times at which crawls start.
type Schedule struct {
	Guard     Guard
	Resources Resources

	load cache[struct{}, ScheduleLoad]
}

const (
	// scheduleTTL is how long the load of a schedule is cached.
	scheduleTTL = time.Minute
	// ScheduleSlot is the length of a slot of a ScheduleLoad, and scheduleSlots their number: a
	// week.
	ScheduleSlot  = 6 * time.Hour
	scheduleSlots = 28
	// maxScheduleTimes bounds the times that are computed for a load. Companies with the same
	// schedule share them.
	maxScheduleTimes = 200_000
	// maxSkippedTimes bounds the times of Skipped.
	maxSkippedTimes = 20
)

// ScheduleLoad counts the crawls that the schedules start in the coming week. It does not consider
// the jitter of schedules, cooldowns and crawls that are skipped.
type ScheduleLoad struct {
	// From is the start of the first slot. All slots have the length ScheduleSlot.
	From  time.Time
	Slots []int
	// Scheduled, Suspended and Unscheduled count companies.
	Scheduled, Suspended, Unscheduled int
	// Partial is set if there were too many times to compute all.
	Partial bool
}

// Load returns the load of the coming week. It may be a minute old.
func (s *Schedule) Load(ctx context.Context, caller Caller) (ScheduleLoad, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return ScheduleLoad{}, err
	}
	now := s.Guard.Now()
	return s.load.get(ctx, struct{}{}, now, scheduleTTL, func(ctx context.Context) (ScheduleLoad, error) {
		list := &v1alpha1.CompanyList{}
		if err := s.Resources.Cache.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
			return ScheduleLoad{}, fmt.Errorf("list the companies: %w", err)
		}
		return loadOf(list.Items, now), nil
	})
}

// loadOf computes the load of companies at a time.
func loadOf(companies []v1alpha1.Company, now time.Time) ScheduleLoad {
	out := ScheduleLoad{From: now.UTC().Truncate(ScheduleSlot), Slots: make([]int, scheduleSlots)}
	type schedule struct{ cron, zone string }
	counts := map[schedule]int{}
	for i := range companies {
		switch spec := &companies[i].Spec; {
		case spec.Suspend:
			out.Suspended++
		case spec.Schedule == nil:
			out.Unscheduled++
		default:
			out.Scheduled++
			counts[schedule{spec.Schedule.Cron, spec.Schedule.TimeZone}]++
		}
	}
	end, left := out.From.Add(scheduleSlots*ScheduleSlot), maxScheduleTimes
	for of, n := range counts {
		times, all := scheduledTimes(of.cron, of.zone, now, end, left)
		for _, t := range times {
			out.Slots[t.Sub(out.From)/ScheduleSlot] += n
		}
		left -= len(times)
		out.Partial = out.Partial || !all
	}
	return out
}

// scheduledTimes returns the times of a schedule after a time and before another, at most limit.
// all reports whether these are all. An invalid schedule, which the controller reports, has none.
func scheduledTimes(expression, zoneName string, after, before time.Time, limit int) (times []time.Time, all bool) {
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		return nil, true
	}
	parsed, err := cron.ParseStandard(expression)
	if err != nil {
		return nil, true
	}
	for t := parsed.Next(after.In(zone)); !t.IsZero() && t.Before(before); t = parsed.Next(t) {
		if len(times) >= limit {
			return times, false
		}
		times = append(times, t)
	}
	return times, true
}

// Skipped returns the times at which the schedule of a company does not start a crawl, because one
// that was created earlier has not ended, without jitter: at most 20, the first ones.
func (s *Schedule) Skipped(ctx context.Context, caller Caller, c *Crawl) ([]time.Time, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	if c.Ended() {
		return nil, nil
	}
	company := &v1alpha1.Company{}
	err := s.Resources.Cache.Get(ctx, client.ObjectKey{Namespace: s.Resources.Namespace, Name: c.Company()}, company)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read company %s: %w", c.Company(), err)
	}
	if company.Spec.Schedule == nil || company.Spec.Suspend {
		return nil, nil
	}
	times, _ := scheduledTimes(company.Spec.Schedule.Cron, company.Spec.Schedule.TimeZone, c.Run.CreatedAt, s.Guard.Now(), maxSkippedTimes)
	return times, nil
}
