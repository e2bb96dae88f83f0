package httpapi

import (
	"strconv"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// Change is what happened to a document.
type Change struct {
	ID            string         `json:"id"`
	Sequence      int64          `json:"sequence" doc:"The position in the feed of changes. It increases; there may be gaps."`
	Kind          string         `json:"kind" enum:"Created,Changed,Moved,Removed,Restored,Broken,Recovered,Flapping,EffectiveSoon"`
	At            timestamp.Time `json:"at" doc:"When a crawl observed the change."`
	Company       string         `json:"company" doc:"The name of the company."`
	DocumentID    string         `json:"documentID"`
	DocumentType  string         `json:"documentType"`
	Language      string         `json:"language,omitempty" doc:"ISO 639-1 code."`
	Title         string         `json:"title"`
	URL           string         `json:"url"`
	PreviousURL   string         `json:"previousURL,omitempty" doc:"The URL before a Moved change."`
	RunID         string         `json:"runID" doc:"The crawl that observed the change."`
	From          int            `json:"from" doc:"The number of the version before the change, or 0."`
	To            int            `json:"to" doc:"The number of the version after the change. It equals from if there is no new version."`
	Reason        string         `json:"reason,omitempty" doc:"The skip reason that explains a Removed or Broken change."`
	Silent        bool           `json:"silent" doc:"Whether the text changed although the date that it states did not."`
	EffectiveDate string         `json:"effectiveDate,omitempty" doc:"The date (YYYY-MM-DD) on which the text takes effect, of an EffectiveSoon change."`
	Summary       ChangeSummary  `json:"summary"`
	Review        *Review        `json:"review,omitempty" doc:"What people recorded about the change. Events have none."`
}

// ChangeSummary summarizes the difference between two versions.
type ChangeSummary struct {
	Added         int                  `json:"added" doc:"Number of words."`
	Removed       int                  `json:"removed" doc:"Number of words."`
	Labels        []string             `json:"labels" doc:"What the change is about."`
	Headings      []string             `json:"headings" doc:"The headings of the changed sections."`
	Insignificant []InsignificantEdits `json:"insignificant" doc:"Edits that a rule considers insignificant."`
	Coarse        bool                 `json:"coarse" doc:"Whether a part was compared as a whole, not word by word."`
}

// InsignificantEdits is the number of edits that a rule considers insignificant.
type InsignificantEdits struct {
	Rule  string `json:"rule"`
	Edits int    `json:"edits"`
}

// Review is what people recorded about a change.
type Review struct {
	State    string         `json:"state" enum:"New,InReview,Reviewed,NoAction,Objected,Escalated"`
	Assignee string         `json:"assignee,omitempty"`
	Note     string         `json:"note,omitempty"`
	Author   string         `json:"author,omitempty" doc:"Who wrote the review. Absent if no one did."`
	At       timestamp.Time `json:"at" doc:"When the review was written, or when the change was observed."`
	ETag     string         `json:"etag" doc:"Send it in If-Match to replace the review."`
}

// ReviewInput is a review to record.
type ReviewInput struct {
	State    string `json:"state" enum:"New,InReview,Reviewed,NoAction,Objected,Escalated" doc:"NoAction is the decision that the change needs none."`
	Assignee string `json:"assignee,omitempty" maxLength:"256" doc:"Who reviews the change. At most 256 bytes."`
	Note     string `json:"note,omitempty" maxLength:"4096" doc:"At most 4096 bytes."`
}

// OfCompanies is the parameter that selects companies.
type OfCompanies struct {
	Companies []string `query:"companies" maxItems:"100" minLength:"1" maxLength:"253" doc:"Names of companies."`
}

// ChangeFilter are the parameters that select changes.
type ChangeFilter struct {
	Types  []string       `query:"types" maxItems:"100" minLength:"1" maxLength:"64" doc:"Document types, as /v1/types lists them."`
	Kinds  []string       `query:"kinds" maxItems:"9" enum:"Created,Changed,Moved,Removed,Restored,Broken,Recovered,Flapping,EffectiveSoon" doc:"Kinds of change: the kind is any of them."`
	Labels []string       `query:"labels" maxItems:"100" minLength:"1" maxLength:"64" doc:"Selects changes that have at least one of the labels."`
	Silent optional[bool] `query:"silent" doc:"Selects changes of texts whose own date did not change, or the others."`
}

func (f ChangeFilter) filter() service.ChangeFilter {
	return service.ChangeFilter{Types: f.Types, Kinds: convertAll[store.ChangeKind](f.Kinds), Labels: f.Labels, Silent: f.Silent.pointer()}
}

// ChangeSelection are the parameters that select stored changes with their reviews.
type ChangeSelection struct {
	ChangeFilter
	Since        time.Time      `query:"since" doc:"Selects changes that were observed at or after this time."`
	Reviewed     optional[bool] `query:"reviewed" doc:"true selects changes with a decision (Reviewed, NoAction, Objected); false selects the others."`
	ReviewStates []string       `query:"reviewStates" maxItems:"6" enum:"New,InReview,Reviewed,NoAction,Objected,Escalated" doc:"Selects changes by the state of their review. It cannot be combined with reviewed."`
}

var (
	decidedStates = []store.ReviewState{store.ReviewReviewed, store.ReviewNoAction, store.ReviewObjected}
	openStates    = []store.ReviewState{store.ReviewNew, store.ReviewInReview, store.ReviewEscalated}
)

// query returns the query for one page.
func (c ChangeSelection) query(p Page) (service.ChangeQuery, error) {
	o, err := p.options()
	if err != nil {
		return service.ChangeQuery{}, err
	}
	q := service.ChangeQuery{ChangeFilter: c.filter(), Since: c.Since, ReviewStates: convertAll[store.ReviewState](c.ReviewStates), ListOptions: o}
	if !c.Reviewed.IsSet {
		return q, nil
	}
	if len(q.ReviewStates) > 0 {
		return q, problem.OfField("query.reviewed", "cannot be combined with reviewStates; send one of them")
	}
	q.ReviewStates = openStates
	if c.Reviewed.Value {
		q.ReviewStates = decidedStates
	}
	return q, nil
}

func changeOfRecord(c store.Change) Change {
	out := Change{
		ID: c.ID, Sequence: c.Sequence, Kind: string(c.Kind), At: timestamp.Of(c.At), Company: c.Company, DocumentID: c.DocumentID, DocumentType: c.DocumentType,
		Language: c.Language, Title: c.Title, URL: c.URL, PreviousURL: c.PreviousURL, RunID: c.RunID, From: c.From, To: c.To, Reason: c.Reason,
		Silent: c.Silent, EffectiveDate: c.EffectiveDate,
		Summary: ChangeSummary{
			Added: c.Summary.Added, Removed: c.Summary.Removed, Labels: convertAll[string](c.Summary.Labels), Headings: convertAll[string](c.Summary.Headings),
			Insignificant: make([]InsignificantEdits, 0, len(c.Summary.Insignificant)), Coarse: c.Summary.Coarse,
		},
	}
	for _, e := range c.Summary.Insignificant {
		out.Summary.Insignificant = append(out.Summary.Insignificant, InsignificantEdits{Rule: e.Rule, Edits: e.Edits})
	}
	return out
}

func changeWithReview(c service.ReviewedChange) Change {
	out, review := changeOfRecord(c.Change), reviewOfRecord(c.Review)
	out.Review = &review
	return out
}

func reviewOfRecord(r store.Review) Review {
	return Review{State: string(r.State), Assignee: r.Assignee, Note: r.Note, Author: r.Author, At: timestamp.Of(r.At), ETag: reviewETag(r)}
}

// reviewETag identifies a change with its review: the change itself never changes.
func reviewETag(r store.Review) string {
	return strongETag("review", r.ChangeID, strconv.FormatInt(r.Revision, 10))
}
