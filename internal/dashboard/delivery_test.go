package dashboard

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

var shownSecret = regexp.MustCompile(`whsec_[^<]+`)

func TestADeliveryShowsItsRequestAndItsResponse(t *testing.T) {
	t.Parallel()
	d := newTestDashboard(t)
	d.document("acme", "a", "We collect data.")
	r := d.post("/webhooks", "name", "alerts", "url", "https://example.com/hook", "type", "privacy_policy")
	r.mustContain(t, "Privacy policy")
	path := webhookPath.FindString(r.body)
	webhookID := path[strings.LastIndexByte(path, '/')+1:]
	secret := shownSecret.FindString(r.body) // as HTML
	change, err := d.store.GetChange(t.Context(), "a-1")
	if err != nil {
		t.Fatal(err)
	}
	deliveries := []store.Delivery{{ChangeID: "a-1", Sequence: change.Sequence, Company: "acme", DocumentID: "a", CreatedAt: day(2), NextAttempt: day(2)}}
	w, err := d.store.GetWebhook(t.Context(), webhookID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.EnqueueDeliveries(t.Context(), store.Fence{}, webhookID, w.Cursor+1, deliveries); err != nil {
		t.Fatal(err)
	}
	claimed, err := d.store.ClaimDeliveries(t.Context(), store.Fence{}, store.DeliveryClaim{WebhookIDs: []string{webhookID}, Now: day(3), Until: day(4)})
	if err != nil || len(claimed) != 1 {
		t.Fatalf("%+v, %v", claimed, err)
	}
	result := store.DeliveryResult{ID: claimed[0].ID, Attempt: 1, State: store.DeliveryFailed, At: day(3), Status: http.StatusTeapot, Error: "the endpoint responded with status 418", Response: "<b>short and stout</b>"}
	if err := d.store.FinishDelivery(t.Context(), store.Fence{}, result); err != nil {
		t.Fatal(err)
	}
	d.get(path).mustContain(t, path+"/deliveries/"+claimed[0].ID)
	r = d.get(path + "/deliveries/" + claimed[0].ID)
	r.mustContain(t, "POST https://example.com/hook", "Webhook-Id: a-1", "co.clausea.change.v1", "Status 418", "&lt;b&gt;short and stout", "Deliver again")
	if secret == "" || strings.Contains(r.body, secret) {
		t.Error("the secret of the webhook is unknown, or the delivery shows it")
	}
	if r := d.get(path + "/deliveries/unknown"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown delivery: status %d", r.StatusCode)
	}
	if r := d.as("reviewer").get(path + "/deliveries/" + claimed[0].ID); r.StatusCode != http.StatusForbidden {
		t.Errorf("a reviewer reads a delivery: status %d", r.StatusCode)
	}
}
