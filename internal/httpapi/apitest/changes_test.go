package apitest

import (
	"testing"

	"github.com/clausea/crawler/internal/httpapi"
)

func changeID(c httpapi.Change) string { return c.ID }

func changesAreReviewed(t *testing.T, d *deployment) {
	d.addDocument("acme", "a1", "one", "two", "three")
	d.addDocument("beta", "b1", "one", "two")
	for query, want := range map[string]string{
		"":                                   "change-b1-2 change-a1-3 change-a1-2",
		"companies=acme":                     "change-a1-3 change-a1-2",
		"companies=acme,beta&labels=fees":    "change-b1-2 change-a1-3 change-a1-2",
		"kinds=Removed":                      "",
		"since=2026-01-03T00:00:00Z":         "change-a1-3",
		"types=privacy_policy&reviewed=true": "",
	} {
		for _, limit := range []string{"1", "100"} {
			if got := names(pages[httpapi.Change](d, "/v1/changes?limit="+limit+"&"+query), changeID); got != want {
				t.Errorf("%s in pages of %s lists %q, want %q", query, limit, got, want)
			}
		}
	}
	const path = "/v1/changes/change-a1-3"
	r := d.call("GET", path, "")
	c := decode[httpapi.Change](t, r, 200)
	if c.From != 2 || c.To != 3 || c.Company != "acme" || c.Review == nil || c.Review.State != "New" {
		t.Errorf("the change is %s", r.body)
	}
	const body = `{"state":"Reviewed","assignee":"ann","note":"Ask counsel."}`
	refused(t, d.call("PUT", path+"/review", body), 428, "precondition-required")
	reviewed := d.call("PUT", path+"/review", body, "If-Match", c.Review.ETag)
	if review := decode[httpapi.Review](t, reviewed, 200); review.State != "Reviewed" || review.Author != "key:settings" || review.ETag == c.Review.ETag {
		t.Errorf("the review is %+v", review)
	}
	refused(t, d.call("PUT", path+"/review", body, "If-Match", c.Review.ETag), 412, "precondition-failed")
	refused(t, d.call("PUT", "/v1/changes/none/review", body, "If-Match", "*"), 404, "not-found")
	if got := names(pages[httpapi.Change](d, "/v1/changes?reviewed=true"), changeID); got != "change-a1-3" {
		t.Errorf("the reviewed changes are %q", got)
	}
}
