package service

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// incidentText is a cause and its remedy, in sentences.
type incidentText struct{ cause, remedy string }

// crawlIncidents describes the failures of a company by their reason.
var crawlIncidents = map[string]incidentText{
	v1alpha1.ReasonRobotsDisallowed: {"robots.txt of the site disallows the crawler.", "Ask the site owner to allow the crawler, or pin documents at URLs that are allowed."},
	v1alpha1.ReasonAccessDenied:     {"The site denies access to the crawler.", "Ask the site owner to allow the crawler, or increase the delay between requests."},
	v1alpha1.ReasonSiteUnreachable:  {"The site does not respond.", "Open the site in a browser. If it responds there, check the network, the DNS and the proxy of the worker."},
	v1alpha1.ReasonDeadlineExceeded: {"The crawl did not end within its deadline.", "Raise the deadline or the time limit, or crawl fewer pages."},
	v1alpha1.ReasonWorkerLost:       {"The worker was lost while it crawled.", "Check the logs and the memory of the worker, then retry the crawl."},
	v1alpha1.ReasonInvalidSpec:      {"The definition of the company cannot be crawled.", "Correct the definition of the company as the message says."},
	v1alpha1.ReasonInternal:         {"The crawler had an error of its own.", "Retry the crawl. If it fails again, report the message with the logs of the worker."},
	v1alpha1.ReasonReconcileError:   {"The controller cannot process the company.", "Read the message. The controller retries by itself."},
	v1alpha1.ReasonStoreError:       {"The store does not respond, or rejects a request.", "Check the health of the store. The controller retries by itself."},
	v1alpha1.ReasonNoDocuments:      {"The last crawl found no legal document.", "Check the domains of the company, or pin the URL of a document."},
}

// documentIncidents describes the states of documents that are incidents.
var documentIncidents = map[store.DocumentState]incidentText{
	store.DocumentBroken:      {"The page of the document has lost its text.", "Open the page in a browser. If it needs one to show its text, enable rendering; if the document moved, pin its new URL."},
	store.DocumentUnreachable: {"The page of the document cannot be reached.", "Open the page in a browser. The next crawl checks it again."},
	store.DocumentRemoved:     {"The document was removed from the site.", "Check whether another document replaces it, and pin its URL. The last version remains stored."},
}

// incidentOfCompany returns the incident of a company at a time, if it has one.
func incidentOfCompany(c *v1alpha1.Company, now time.Time) (Incident, bool) {
	ready, stalled := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady), meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionStalled)
	var failed *metav1.Condition
	switch {
	case stalled != nil && stalled.Status == metav1.ConditionTrue:
		failed = stalled
	case ready != nil && (ready.Status == metav1.ConditionFalse || ready.Reason == v1alpha1.ReasonNoDocuments):
		failed = ready
	}
	out := Incident{Kind: IncidentCrawl, Company: c.Name, Subject: c.Name}
	if last := c.Status.LastCrawl; last != nil {
		out.RunID = last.RunID
	}
	if failed != nil {
		text, known := crawlIncidents[failed.Reason]
		if !known {
			text = incidentText{"The company cannot be crawled: " + failed.Reason + ".", "Read the message, and retry the crawl."}
		}
		out.Reason, out.Cause, out.Detail, out.Remedy, out.Since = failed.Reason, text.cause, failed.Message, text.remedy, failed.LastTransitionTime.UTC()
		return out, true
	}
	next := c.Status.NextCrawlTime
	if c.Spec.Suspend || c.Spec.Schedule == nil || next == nil || now.Sub(next.Time) <= overdueAfter {
		return Incident{}, false
	}
	out.Kind, out.Reason, out.Since = IncidentOverdue, "Overdue", next.UTC()
	out.Cause = fmt.Sprintf("The company was due for a crawl at %s, and no crawl has started.", next.UTC().Format("2 Jan 2006 15:04 UTC"))
	out.Remedy = "Check that the controller and a worker run, and whether another crawl of the company takes longer than expected."
	return out, true
}
