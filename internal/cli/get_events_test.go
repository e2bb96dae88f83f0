package cli

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestGetShowsEvents(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	r := kubestore.NewRecorder(t.Context(), s, logr.Discard())
	job := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "now", UID: "1"}}
	other := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "now", UID: "2"}}
	company := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "now", UID: "3"}}
	r.Eventf(job, nil, corev1.EventTypeNormal, "Started", "Crawl", "The crawl\nhas started.")
	r.Eventf(other, nil, corev1.EventTypeNormal, "Started", "Crawl", "Another crawl.")
	r.Eventf(company, nil, corev1.EventTypeNormal, "Scheduled", "Schedule", "Created CrawlJob now.")
	r.Eventf(job, nil, corev1.EventTypeWarning, "Internal", "Crawl", "It failed.")
	r.Eventf(job, nil, corev1.EventTypeWarning, "Internal", "Crawl", "It failed.")

	ages := regexp.MustCompile(`\b\d+s\b`)
	columns := regexp.MustCompile(` {2,}`)
	check := func(how string) {
		t.Helper()
		for args, want := range map[string][]string{
			"events -A":                          {"default|0s|Normal|Started|crawljob/now|The crawl has started.", "legal|0s|Normal|Started|crawljob/now|Another crawl.", "default|0s|Normal|Scheduled|company/now|Created CrawlJob now.", "default|0s (x2 over 0s)|Warning|Internal|crawljob/now|It failed."},
			"ev -n legal -o wide":                {"legal|0s|Normal|Started|crawljob/now|Another crawl."},
			"events --for crawljob/now":          {"default|0s|Normal|Started|crawljob/now|The crawl has started.", "default|0s (x2 over 0s)|Warning|Internal|crawljob/now|It failed."},
			"events --for crawl/now -n legal":    {"legal|0s|Normal|Started|crawljob/now|Another crawl."},
			"events --for company/now -n legal":  nil,
			"events --for company/now -o table":  {"default|0s|Normal|Scheduled|company/now|Created CrawlJob now."},
			"events --for company/none -o table": nil,
		} {
			lines := strings.Split(strings.TrimSpace(get(t, folder, strings.Fields(args)...)), "\n")
			if got := strings.Join(strings.Fields(lines[0]), " "); got != "NAMESPACE LAST SEEN TYPE REASON OBJECT MESSAGE" {
				t.Errorf("%s: get %s: the header is %q", how, args, got)
			}
			var rows []string
			for _, line := range lines[1:] {
				rows = append(rows, columns.ReplaceAllString(ages.ReplaceAllString(line, "0s"), "|"))
			}
			if strings.Join(rows, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: get %s prints\n%s\nwant\n%s", how, args, strings.Join(rows, "\n"), strings.Join(want, "\n"))
			}
		}
		var events []kubestore.Event
		if err := json.Unmarshal([]byte(get(t, folder, "events", "--for", "crawljob/now", "-o", "json")), &events); err != nil {
			t.Fatal(err)
		}
		if len(events) != 2 || events[1].Kind != "CrawlJob" || events[1].Count != 2 || events[1].UID != "1" || events[1].Reason != "Internal" {
			t.Errorf("%s: the events are %+v", how, events)
		}
		if out := get(t, folder, "events", "-n", "none", "-o", "yaml"); out != "[]\n" {
			t.Errorf("%s: no events are %q", how, out)
		}
	}
	stop := serveFolder(t, folder, s)
	check("through a process")
	stop()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	check("from the store")
}
