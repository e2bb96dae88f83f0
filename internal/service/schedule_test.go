package service

import (
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
)

func TestTheLoadOfAWeekCountsTheTimesOfAllSchedules(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC) // Monday, in the slot from 6 to 12
	company := func(cron, zone string, suspend bool) v1alpha1.Company {
		var c v1alpha1.Company
		if c.Spec.Suspend = suspend; cron != "" {
			c.Spec.Schedule = &v1alpha1.Schedule{Cron: cron, TimeZone: zone}
		}
		return c
	}
	load := loadOf([]v1alpha1.Company{
		company("30 8 * * *", "Etc/UTC", false), company("30 8 * * *", "Etc/UTC", false), // today in slot 0, then each day
		company("0 1 * * 2", "Europe/Paris", false), // Tuesday 0:00 UTC, slot 3
		company("0 * * * *", "Etc/UTC", true), company("", "", false), company("61 * * * *", "Etc/UTC", false),
	}, now)
	if !load.From.Equal(now.Add(-time.Hour)) || len(load.Slots) != 28 || load.Slots[0] != 2 || load.Slots[3] != 1 || load.Slots[4] != 2 || load.Partial {
		t.Errorf("the load is %+v", load)
	}
	total := 0
	for _, n := range load.Slots {
		total += n
	}
	if total != 15 || load.Scheduled != 4 || load.Suspended != 1 || load.Unscheduled != 1 {
		t.Errorf("%d crawls, %+v", total, load)
	}
}

func TestTheTimesOfAScheduleAreBounded(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if times, all := scheduledTimes("* * * * *", "Etc/UTC", from, from.Add(7*day), 100); len(times) != 100 || all {
		t.Errorf("%d times, all: %t", len(times), all)
	}
	if times, all := scheduledTimes("0 0 30 2 *", "Etc/UTC", from, from.Add(7*day), 100); len(times) != 0 || !all {
		t.Errorf("February 30 occurs %d times, all: %t", len(times), all)
	}
}
