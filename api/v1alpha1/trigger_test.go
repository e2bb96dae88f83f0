package v1alpha1

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestTheTriggerOfACrawlJob(t *testing.T) {
	t.Parallel()
	yes := true
	owned := []metav1.OwnerReference{{Kind: "Company", Name: "acme", Controller: &yes}}
	for what, c := range map[string]struct {
		annotation string
		owners     []metav1.OwnerReference
		want       Trigger
	}{
		"of a manifest":                    {"", nil, TriggerManifest},
		"of a schedule":                    {"", owned, TriggerSchedule},
		"of an owner that is no Company":   {"", []metav1.OwnerReference{{Kind: "Team", Controller: &yes}}, TriggerManifest},
		"with an annotation":               {"Dashboard", owned, TriggerDashboard},
		"with an invalid annotation":       {"dashboard", nil, TriggerManifest},
		"with a very long annotation":      {strings.Repeat("API", 9999), nil, TriggerManifest},
		"of a schedule with an annotation": {"no trigger", owned, TriggerSchedule},
	} {
		j := &CrawlJob{ObjectMeta: metav1.ObjectMeta{OwnerReferences: c.owners, Annotations: map[string]string{AnnotationTrigger: c.annotation}}}
		if got := j.Trigger(); got != c.want {
			t.Errorf("the trigger of a job %s is %s, want %s", what, got, c.want)
		}
	}
}

func TestTheRequesterOfACrawlJobIsBounded(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                           "",
		"jane@x.example":             "jane@x.example",
		"  Jane Doe \n":              "Jane Doe",
		"a\x1b[31mb\x00c\u202ed\xff": "a[31mbcd",
		strings.Repeat("é", 200):     strings.Repeat("é", MaxRequestedBy/2),
	} {
		j := &CrawlJob{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{AnnotationRequestedBy: value}}}
		if got := j.RequestedBy(); got != want {
			t.Errorf("the requester %q is %q, want %q", value, got, want)
		}
	}
}
