package service

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

func TestAnOverviewNamesBrokenAndStaleCompanies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *metav1.Time { at := metav1.NewTime(now.Add(-d)); return &at }
	company := func(name, cron string, last time.Duration, ready metav1.ConditionStatus) *v1alpha1.Company {
		c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: *ago(90 * 24 * time.Hour)}}
		c.Spec.Schedule = &v1alpha1.Schedule{Cron: cron}
		c.Status.LastCrawl = &v1alpha1.CrawlSummary{CompletionTime: ago(last)}
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: ready, Reason: v1alpha1.ReasonAccessDenied, LastTransitionTime: *ago(last)}}
		return c
	}
	suspended := company("suspended", "@daily", 60*24*time.Hour, metav1.ConditionTrue)
	suspended.Spec.Suspend = true
	never := company("never", "@daily", 0, metav1.ConditionUnknown)
	never.Status.LastCrawl = nil
	o := OverviewState{}
	for _, c := range []*v1alpha1.Company{
		company("fine", "@daily", 30*time.Hour, metav1.ConditionTrue), company("weekly", "@weekly", 10*24*time.Hour, metav1.ConditionTrue),
		company("stale", "@daily", 72*time.Hour, metav1.ConditionTrue), company("failing", "@daily", time.Hour, metav1.ConditionFalse), suspended, never,
	} {
		o.add(c, now, map[string]time.Duration{})
	}
	names := func(list []CompanyNotice) (out string) {
		for _, n := range list {
			out += n.Name + " "
		}
		return out
	}
	if got := names(o.Broken); got != "failing " {
		t.Errorf("broken are %q", got)
	}
	if got := names(o.Stale); got != "stale never " {
		t.Errorf("stale are %q", got)
	}
}
