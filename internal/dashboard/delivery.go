package dashboard

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// deliveryData is what the page of a delivery shows.
type deliveryData struct {
	service.DeliveryDetail
	Headers []header
	// Message is the body of the request, indented.
	Message string
}

type header struct{ Name, Value string }

// request returns the request as text, without the headers that each attempt adds.
func (d deliveryData) request() string {
	var b strings.Builder
	b.WriteString("POST " + d.Webhook.URL + "\n")
	for _, h := range d.Headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	return b.String() + "\n" + d.Message
}

// answer returns what the endpoint answered last, in words.
func (d deliveryData) answer() string {
	switch {
	case d.Delivery.LastError != "":
		return sentence(d.Delivery.LastError)
	case d.Delivery.LastStatus != 0:
		return "The endpoint accepted the message."
	}
	return "There is no response yet."
}

func registerDelivery(s *Server) {
	s.viewFor(store.ScopeAdmin, "GET /webhooks/{id}/deliveries/{delivery}", s.deliveryPage)
}

func (s *Server) deliveryPage(v *visit) (page, error) {
	detail, err := s.o.Services.Webhooks.Delivery(v.Context(), v.Caller, v.Path("id"), v.Path("delivery"))
	if err != nil {
		return page{}, err
	}
	d := deliveryData{DeliveryDetail: detail}
	for _, name := range slices.Sorted(maps.Keys(detail.Header)) {
		d.Headers = append(d.Headers, header{name, strings.Join(detail.Header[name], ", ")})
	}
	var b bytes.Buffer
	if json.Indent(&b, detail.Body, "", "  ") == nil {
		d.Message = b.String()
	}
	return page{Title: "Delivery to " + detail.Webhook.Name, Nav: "webhooks", Body: d}, nil
}
