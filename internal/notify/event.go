package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// The types of the events.
const (
	ChangeEvent = "co.clausea.change.v1"
	PingEvent   = "co.clausea.ping.v1"
)

// source identifies the program as the origin of the events.
const source = "https://clausea.co/crawler"

// maxBody is the maximum size of a message in bytes, which Standard Webhooks recommends.
const maxBody = 20_000

// Event is a message: a CloudEvent 1.0 in structured JSON.
type Event struct {
	SpecVersion     string         `json:"specversion"`
	ID              string         `json:"id"` // also the header webhook-id
	Type            string         `json:"type"`
	Source          string         `json:"source"`
	Subject         string         `json:"subject"` // the ID of the document, or of the webhook of a ping
	Time            timestamp.Time `json:"time"`
	DataContentType string         `json:"datacontenttype"`
	Data            any            `json:"data"`
}

// ChangeData is the data of a ChangeEvent: the change, in which Company is the name of the
// company. Its Sequence increases with each change, so it orders the changes of a document.
type ChangeData struct {
	store.Change
	// At replaces the time of Change, for its form.
	At timestamp.Time `json:"at"`
	// Tags name the cached data that the change makes outdated: company:NAME and document:ID.
	Tags []string `json:"tags"`
}

// PingData is the data of a PingEvent.
type PingData struct {
	WebhookID string `json:"webhookID"`
	Name      string `json:"name"`
}

// newPing returns the ID and the body of a ping to a webhook.
func newPing(w store.Webhook, now time.Time) (id string, body []byte, err error) {
	id = "ping_" + uuid.NewString()
	body, err = encode(Event{Type: PingEvent, ID: id, Subject: w.ID, Time: timestamp.Of(now), Data: PingData{WebhookID: w.ID, Name: w.Name}})
	return id, body, err
}

// CompanyName returns the name of a company, from its key in the store.
func CompanyName(key string) string { return key[strings.IndexByte(key, '/')+1:] }

// changeBody returns the body of the message about a change: at most maxBody bytes, for which it
// leaves out headings, then the counts of insignificant edits, and then the title.
func changeBody(c store.Change) ([]byte, error) {
	c.Company = CompanyName(c.Company)
	c.Summary.Labels, c.Summary.Headings = present(c.Summary.Labels), present(c.Summary.Headings)
	c.Summary.Insignificant = present(c.Summary.Insignificant)
	for {
		body, err := encode(Event{
			Type: ChangeEvent, ID: c.ID, Subject: c.DocumentID, Time: timestamp.Of(c.At),
			Data: ChangeData{Change: c, At: timestamp.Of(c.At), Tags: []string{"company:" + c.Company, "document:" + c.DocumentID}},
		})
		switch {
		case err != nil || len(body) <= maxBody:
			return body, err
		case len(c.Summary.Headings) > 0:
			c.Summary.Headings = c.Summary.Headings[:len(c.Summary.Headings)/2]
		case len(c.Summary.Insignificant) > 0:
			c.Summary.Insignificant = c.Summary.Insignificant[:0]
		case c.Title != "":
			c.Title = ""
		case c.PreviousURL != "":
			c.PreviousURL = ""
		default:
			return nil, fmt.Errorf("change %s does not fit into %d bytes", c.ID, maxBody)
		}
	}
}

// ChangeMessage returns the headers and the body of the message about a change, except those that
// each attempt computes: the time and the signature.
func ChangeMessage(c store.Change) (http.Header, []byte, error) {
	body, err := changeBody(c)
	if err != nil {
		return nil, nil, err
	}
	return messageHeader(c.ID), body, nil
}

// messageHeader returns the headers of a message, without its time and its signature.
func messageHeader(id string) http.Header {
	return http.Header{"Content-Type": {contentType}, "User-Agent": {userAgent}, "Accept": {"*/*"}, "Webhook-Id": {id}}
}

// present returns a list that JSON does not encode as null.
func present[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return slices.Clone(values)
}

// encode returns an event as JSON.
func encode(e Event) ([]byte, error) {
	e.SpecVersion, e.Source, e.DataContentType = "1.0", source, "application/json"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the escapes of HTML would only make the message longer
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
