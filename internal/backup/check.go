package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/store"
)

// maxName is the maximum number of bytes of an ID or a name.
const maxName = 1024

// maxSequence is the maximum sequence of a change: the greatest integer that JSON numbers have in
// all programs.
const maxSequence = 1<<53 - 1

// checker checks the entries of an archive in order: their values, and that each record is there
// once and has the records to which it belongs. The zero checker is ready for use.
type checker struct {
	// last is the key of the previous entry of a section with one family.
	last      string
	runEvents runEventChecker
	documents documentChecker
}

// check returns an error if e is invalid or must not follow the previous entries.
func (c *checker) check(e store.ArchiveEntry) error {
	if len(e.Body) > maxBody {
		return fmt.Errorf("the body has %d bytes: the maximum is %d", len(e.Body), maxBody)
	}
	if e.Family.Section == store.SectionDocuments {
		return c.documents.check(e)
	}
	key := e.Family.Key(e.Record)
	if key <= c.last {
		return errors.New("the record is there twice or in the wrong order")
	}
	c.last = key
	switch r := e.Record.(type) {
	case *store.ArchivedFeed:
		if r.Sequence < c.documents.greatest || r.Sequence > maxSequence {
			return fmt.Errorf("the feed is at %d, and its last change has the sequence %d", r.Sequence, c.documents.greatest)
		}
		return nil
	case *store.RunEvent:
		return c.runEvents.check(r)
	}
	return checkRecord(e)
}

// endSection returns an error if a section is not complete.
func (c *checker) endSection() error {
	c.last = ""
	return c.documents.end()
}

// checkRecord checks the values of a record that the store uses as keys.
func checkRecord(e store.ArchiveEntry) error {
	switch r := e.Record.(type) {
	case *store.ArchivedObject:
		return checkObject(r, e.Body)
	case *store.Run:
		states := []store.RunState{store.RunPending, store.RunRunning, store.RunInterrupted, store.RunComplete, store.RunFailed}
		if !slices.Contains(states, r.State) {
			return fmt.Errorf("unknown state %.40q", r.State)
		}
		return errors.Join(checkID(r.ID), checkCompany(r.Company))
	case *store.ArchivedRequest:
		// The zero request withdraws an earlier one.
		if !slices.Contains([]store.RunRequest{"", store.RequestStop, store.RequestSuspend, store.RequestCancel}, r.Request) {
			return fmt.Errorf("unknown request %.40q", r.Request)
		}
		return checkID(r.RunID)
	case *store.ArchivedCheckpoint:
		return errors.Join(checkID(r.Key), checkID(store.CheckpointRun(r.Key)))
	case *store.FetchedPage:
		if r.URL == "" || strings.ContainsFunc(r.URL, unicode.IsControl) {
			return fmt.Errorf("invalid URL %.80q", r.URL)
		}
		return errors.Join(checkID(r.RunID), checkCompany(r.Company))
	}
	return checkAccess(e.Record)
}

// checkAccess checks a record of the access to documents.
func checkAccess(record any) error {
	switch r := record.(type) {
	case *store.ArchivedWebhook:
		w := r.Webhook
		w.Secrets = store.NewSecrets(r.SecretTexts)
		_, err := w.Checked()
		return errors.Join(err, checkID(r.ID), checkURL(r.URL))
	case *store.Delivery:
		states := []store.DeliveryState{store.DeliveryPending, store.DeliveryDelivered, store.DeliveryFailed, store.DeliveryCancelled}
		if r.ID != store.DeliveryID(r.WebhookID, r.ChangeID) || !slices.Contains(states, r.State) || r.Sequence < 1 || r.Sequence > maxSequence {
			return fmt.Errorf("invalid delivery of change %.40q to webhook %.40q in state %.40q", r.ChangeID, r.WebhookID, r.State)
		}
		return checkCompany(r.Company)
	case *store.Review:
		err := errors.Join(checkID(r.ChangeID), checkCompany(r.Company))
		if *r == store.NewReview(store.Change{ID: r.ChangeID, Company: r.Company, At: r.At}) {
			return err // no person wrote it
		}
		_, invalid := r.Checked()
		return errors.Join(invalid, err)
	case *store.APIKey:
		_, err := r.Checked()
		return err
	case *store.AuditEntry:
		_, err := r.Checked()
		return errors.Join(err, checkID(r.ID))
	}
	return fmt.Errorf("unexpected record %T", record)
}

// runEventChecker checks that the IDs of the events of a run are unique.
type runEventChecker struct {
	runID string
	ids   map[string]bool
}

func (c *runEventChecker) check(r *store.RunEvent) error {
	if r.RunID != c.runID || c.ids == nil {
		c.runID, c.ids = r.RunID, map[string]bool{}
	}
	if r.ID == "" || len(r.ID) > maxName || c.ids[r.ID] {
		return fmt.Errorf("the event ID %.80q is there twice or invalid", r.ID)
	}
	c.ids[r.ID] = true
	if r.Sequence < 1 || r.Sequence > maxSequence {
		return fmt.Errorf("invalid sequence %d", r.Sequence)
	}
	return checkID(r.RunID)
}

// checkObject checks a custom resource. Its JSON must be that of its key.
func checkObject(o *store.ArchivedObject, body []byte) error {
	if !slices.Contains(store.ObjectKinds, o.Kind) {
		return fmt.Errorf("unknown kind %.40q", o.Kind)
	}
	if len(body) > maxLine {
		return fmt.Errorf("the resource has %d bytes: the maximum is %d", len(body), maxLine)
	}
	if err := errors.Join(checkID(o.Name), checkID(o.UID)); err != nil {
		return err
	}
	if o.Kind == eventKind { // the record of an event has no metadata, and its UID is that of its object
		if !json.Valid(body) {
			return errors.New("the event is not valid JSON")
		}
		return checkNamespace(o.Namespace)
	}
	var r struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
			UID       string `json:"uid"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return fmt.Errorf("decode the resource: %w", err)
	}
	if r.Kind != o.Kind && r.Kind != "" || r.Metadata.Name != o.Name || r.Metadata.Namespace != o.Namespace || r.Metadata.UID != o.UID && r.Metadata.UID != "" {
		return errors.New("the resource has another kind, name, namespace or UID than its record")
	}
	return checkNamespace(o.Namespace)
}

// eventKind is the kind of the objects that record events.
const eventKind = "Event"

// checkNamespace checks the namespace of an object, which may be empty.
func checkNamespace(namespace string) error {
	if namespace == "" {
		return nil
	}
	return checkID(namespace)
}

// checkID checks an ID, or a name that is part of a key. It is never part of a path.
func checkID(id string) error {
	if id == "" || len(id) > maxName || id == "." || id == ".." || strings.ContainsAny(id, `/\#`) || strings.ContainsFunc(id, unicode.IsControl) {
		return fmt.Errorf("invalid ID or name %.80q", id)
	}
	return nil
}

// checkCompany checks the key of a company: NAME or NAMESPACE/NAME. It is the name of a folder in
// an export.
func checkCompany(company string) error {
	namespace, name, found := strings.Cut(company, "/")
	if !found {
		namespace, name = "default", company
	}
	if checkID(namespace) != nil || checkID(name) != nil {
		return fmt.Errorf("invalid company %.80q", company)
	}
	return nil
}

// checkURL checks the URL of a document.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("invalid URL %.80q of a document", text)
	}
	return nil
}
