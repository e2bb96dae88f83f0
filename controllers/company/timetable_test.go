package company

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

func scheduled(cron, zone string, jitter time.Duration) *v1alpha1.Company {
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: "acme", UID: "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}}
	c.Spec.Schedule = &v1alpha1.Schedule{Cron: cron, TimeZone: zone}
	if jitter > 0 {
		c.Spec.Schedule.Jitter = &metav1.Duration{Duration: jitter}
	}
	return c
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The daylight saving changes are those of the IANA time zone database for 2026: Europe
// changes at 01:00 UTC on 29 March and 25 October, New York at 07:00 UTC on
// 8 March and 06:00 UTC on 1 November, Lord Howe by half an hour.
func TestTimetableNextFollowsCronAndTimeZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cron, zone, after, want string }{
		{"0 0 * * *", "Etc/UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
		{"@daily", "Etc/UTC", "2026-01-01T10:00:00Z", "2026-01-02T00:00:00Z"},
		{"@midnight", "Etc/UTC", "2026-01-01T10:00:00Z", "2026-01-02T00:00:00Z"},
		{"@hourly", "Etc/UTC", "2026-01-01T10:00:01Z", "2026-01-01T11:00:00Z"},
		{"@weekly", "Etc/UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"},
		{"@monthly", "Etc/UTC", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"},
		{"@yearly", "Etc/UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"@annually", "Etc/UTC", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"30 2 * * *", "Europe/Paris", "2026-01-10T00:00:00Z", "2026-01-10T01:30:00Z"},
		{"30 2 * * *", "Europe/Paris", "2026-07-10T00:00:00Z", "2026-07-10T00:30:00Z"},
		// 02:30 does not exist in Paris on 29 March: the tick is at the time of the old offset.
		{"30 2 * * *", "Europe/Paris", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"},
		// 02:30 occurs twice in Paris on 25 October: there is one tick.
		{"30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"0 3 * * *", "Europe/Paris", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		{"0 9 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T13:00:00Z"},
		{"0 9 * * *", "America/New_York", "2026-11-01T00:00:00Z", "2026-11-01T14:00:00Z"},
		{"0 12 * * *", "Australia/Lord_Howe", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"},
		{"0 12 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T06:30:00Z"},
		{"0 12 * * *", "Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T06:15:00Z"},
		{"0 0 * * *", "Pacific/Kiritimati", "2026-01-01T00:00:00Z", "2026-01-01T10:00:00Z"},
		{"0 0 * * *", "Pacific/Pago_Pago", "2026-01-01T00:00:00Z", "2026-01-01T11:00:00Z"},
		{"0 0 29 2 *", "Etc/UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 31 * *", "Etc/UTC", "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z"},
		{"59 23 31 12 *", "Etc/UTC", "2026-01-01T00:00:00Z", "2026-12-31T23:59:00Z"},
		{"*/15 * * * *", "Etc/UTC", "2026-01-01T00:07:00Z", "2026-01-01T00:15:00Z"},
		{"0 0 * * 0", "Etc/UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"},
		{"0 0 * * MON-FRI", "Etc/UTC", "2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"},
		{"0 0 1 JAN,JUL *", "Etc/UTC", "2026-02-01T00:00:00Z", "2026-07-01T00:00:00Z"},
		{"0 6,18 * * *", "Etc/UTC", "2026-01-01T07:00:00Z", "2026-01-01T18:00:00Z"},
	} {
		table, err := parseSchedule(scheduled(c.cron, c.zone, 0))
		if err != nil {
			t.Errorf("%s in %s: %v", c.cron, c.zone, err)
			continue
		}
		got := table.next(at(t, c.after))
		if !got.Equal(at(t, c.want)) {
			t.Errorf("%s in %s after %s is %s, want %s", c.cron, c.zone, c.after, got.Format(time.RFC3339), c.want)
		}
		if after := table.next(got); !after.After(got) {
			t.Errorf("%s in %s occurs twice at %s", c.cron, c.zone, got)
		}
	}
}

func TestInvalidSchedulesNameTheFieldAndACorrection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cron, zone, names string }{
		{"61 * * * *", "Etc/UTC", "spec.schedule.cron"},
		{"* 24 * * *", "Etc/UTC", "spec.schedule.cron"},
		{"0 0 0 * *", "Etc/UTC", "spec.schedule.cron"},
		{"0 0 * 13 *", "Etc/UTC", "spec.schedule.cron"},
		{"0 0 30 2 *", "Etc/UTC", "spec.schedule.cron"},
		{"0 0 31 4 *", "Etc/UTC", "spec.schedule.cron"},
		{"TZ=0", "Etc/UTC", "spec.schedule.cron"},
		{"TZ=Europe/Paris", "Etc/UTC", "spec.schedule.cron"},
		{"@every 0s", "Etc/UTC", "spec.schedule.cron"},
		{"@reboot", "Etc/UTC", "spec.schedule.cron"},
		{"", "Etc/UTC", "spec.schedule.cron"},
		{"* * * *", "Etc/UTC", "spec.schedule.cron"},
		{"@daily", "Europe/Nowhere", "spec.schedule.timeZone"},
		{"@daily", "Local", "spec.schedule.timeZone"},
		{"@daily", "../etc/passwd", "spec.schedule.timeZone"},
	} {
		if table, err := parseSchedule(scheduled(c.cron, c.zone, 0)); err == nil || !strings.Contains(err.Error(), c.names) || !strings.Contains(err.Error(), "write ") {
			t.Errorf("%q in %q: %v, %v", c.cron, c.zone, table, err)
		}
	}
}

func TestJitterIsStableAndBounded(t *testing.T) {
	t.Parallel()
	table, err := parseSchedule(scheduled("0 * * * *", "Etc/UTC", 50*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	delays := map[time.Duration]bool{}
	due := at(t, "2026-01-01T00:00:00Z")
	for range 200 {
		next := table.next(due)
		tick := next.Truncate(time.Hour)
		if d := next.Sub(tick); d < 0 || d >= 50*time.Minute || next.Sub(due) > 2*time.Hour || !next.After(due) {
			t.Fatalf("the time after %s is %s", due, next)
		}
		if again := table.next(next.Add(-time.Second)); !again.Equal(next) {
			t.Fatalf("computed a second before %s, the time is %s", next, again)
		}
		delays[next.Sub(tick)] = true
		due = next
	}
	if len(delays) < 50 {
		t.Errorf("200 ticks have %d different delays", len(delays))
	}
}

func TestJitterLongerThanThePeriodSkipsNoCrawl(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cron   string
		jitter time.Duration
		aDay   int
	}{{"0 * * * *", 24 * time.Hour, 24}, {"0 * * * *", 2 * time.Hour, 24}, {"*/10 * * * *", time.Hour, 144}} {
		table, err := parseSchedule(scheduled(c.cron, "Etc/UTC", c.jitter))
		if err != nil {
			t.Fatal(err)
		}
		times, end := 0, at(t, "2026-01-31T00:00:00Z")
		for due := table.next(at(t, "2026-01-01T00:00:00Z")); due.Before(end); due = table.next(due) {
			times++
		}
		// Two ticks that are delayed to the same second are one crawl.
		if want := 30 * c.aDay; times < want*95/100 || times > want*105/100 {
			t.Errorf("%q with up to %s of jitter occurs %d times in 30 days, want %d", c.cron, c.jitter, times, want)
		}
	}
}

func TestJobNamesOfLongCompanyNamesDiffer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 62)
	due := at(t, "2026-01-01T00:00:00Z")
	a, b := jobName(long+"a", due), jobName(long+"b", due)
	if a == b || len(a) > 63 || len(b) > 63 {
		t.Errorf("the job names are %s and %s", a, b)
	}
}
