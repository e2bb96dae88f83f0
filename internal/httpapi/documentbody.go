package httpapi

import (
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// Document is a legal document with an identity that outlives its URL.
type Document struct {
	ID              string          `json:"id" doc:"Opaque. It never changes."`
	Company         string          `json:"company" doc:"The name of the company."`
	URL             string          `json:"url"`
	FormerURLs      []string        `json:"formerURLs" doc:"Earlier URLs, oldest first."`
	Type            string          `json:"type" doc:"For example privacy_policy."`
	TypeName        string          `json:"typeName" doc:"The English name of the type."`
	OTAName         string          `json:"otaName" doc:"The name of the type in Open Terms Archive, or the closest one."`
	Confidence      float64         `json:"confidence" doc:"Confidence in type, from 0 to 1."`
	AdditionalTypes []string        `json:"additionalTypes" doc:"Further types of document on the same page."`
	Language        string          `json:"language,omitempty" doc:"ISO 639-1 code."`
	Jurisdiction    string          `json:"jurisdiction,omitempty" doc:"ISO 3166-1 code of the country that the page declares."`
	Title           string          `json:"title"`
	Dates           Dates           `json:"dates" doc:"The dates that the text states about itself."`
	WordCount       int             `json:"wordCount"`
	ContentHash     string          `json:"contentHash" doc:"Hexadecimal SHA-256 of the words of the newest version. Texts that differ only in case, punctuation or markup have the same."`
	VersionCount    int             `json:"versionCount" doc:"Number of versions."`
	DiscoveryPath   []string        `json:"discoveryPath" doc:"The URLs from a seed to the document."`
	LinkText        string          `json:"linkText,omitempty" doc:"Text of the last link of discoveryPath."`
	State           string          `json:"state" enum:"Present,Broken,Unreachable,Removed"`
	StateReason     string          `json:"stateReason,omitempty" doc:"Why the state is not Present."`
	StateSince      *timestamp.Time `json:"stateSince,omitempty"`
	FirstSeenAt     *timestamp.Time `json:"firstSeenAt,omitempty"`
	LastSeenAt      *timestamp.Time `json:"lastSeenAt,omitempty" doc:"When a crawl last fetched the page with its text."`
	LastCheckedAt   *timestamp.Time `json:"lastCheckedAt,omitempty" doc:"When a crawl last determined the state."`
	LastChangedAt   *timestamp.Time `json:"lastChangedAt,omitempty"`
	UnchangedSince  *timestamp.Time `json:"unchangedSince,omitempty"`
	LastFailure     *FailedCheck    `json:"lastFailure,omitempty" doc:"The last check that did not find the text."`
	NotLegal        bool            `json:"notLegal" doc:"A person determined that it is not a legal document, or is another URL of one."`
	RunID           string          `json:"runID,omitempty" doc:"The crawl that last wrote the document."`
}

// FailedCheck is a check of a document that did not find its text.
type FailedCheck struct {
	At     timestamp.Time `json:"at"`
	Reason string         `json:"reason" doc:"A skip reason."`
}

// Dates are the dates that a text states about itself, with the quotes from which they were read.
type Dates struct {
	EffectiveDate          string `json:"effectiveDate,omitempty" doc:"YYYY-MM-DD. If the text states only the date of its last update, it is that date."`
	EffectiveQuote         string `json:"effectiveQuote,omitempty"`
	UpdatedDate            string `json:"updatedDate,omitempty" doc:"YYYY-MM-DD."`
	UpdatedQuote           string `json:"updatedQuote,omitempty"`
	UpcomingEffectiveDate  string `json:"upcomingEffectiveDate,omitempty" doc:"YYYY-MM-DD, after the fetch."`
	UpcomingEffectiveQuote string `json:"upcomingEffectiveQuote,omitempty"`
	Ambiguous              bool   `json:"ambiguous,omitempty" doc:"One of the dates is numeric, and nothing tells whether its day or its month is first."`
}

// DocumentDetail is a document with its version and whether it is pinned.
type DocumentDetail struct {
	Document
	Pinned  bool     `json:"pinned" doc:"Its URL is a pinned URL of the company."`
	Version *Version `json:"version,omitempty" doc:"The newest version, or the one as of asOf."`
}

func documentOfRecord(d store.Document) Document {
	out := Document{
		ID: d.ID, Company: service.CompanyName(d), URL: d.URL, FormerURLs: convertAll[string](d.FormerURLs), Type: d.Type, TypeName: doctype.Name(d.Type), OTAName: otaName(d.Type),
		Confidence: d.Confidence, AdditionalTypes: convertAll[string](d.AdditionalTypes), Language: d.Language, Jurisdiction: d.Jurisdiction, Title: d.Title,
		Dates: datesOfRecord(d.Dates), WordCount: d.WordCount, ContentHash: d.ContentHash, VersionCount: d.Versions,
		DiscoveryPath: convertAll[string](d.DiscoveryPath), LinkText: d.LinkText, State: string(d.State), StateReason: d.StateReason, StateSince: timestamp.Optional(d.StateSince),
		FirstSeenAt: timestamp.Optional(d.FirstSeen), LastSeenAt: timestamp.Optional(d.LastSeen), LastCheckedAt: timestamp.Optional(d.LastChecked), LastChangedAt: timestamp.Optional(d.LastChanged),
		UnchangedSince: timestamp.Optional(d.UnchangedSince), NotLegal: d.NotLegal, RunID: d.RunID,
	}
	if !d.LastFailure.At.IsZero() {
		out.LastFailure = &FailedCheck{At: timestamp.Of(d.LastFailure.At), Reason: d.LastFailure.Reason}
	}
	return out
}

// otaName returns the name of a document type in Open Terms Archive.
func otaName(t string) string {
	if name, ok := doctype.OTAName[t]; ok {
		return name
	}
	return doctype.OTAName[doctype.OtherLegal]
}

func datesOfRecord(d store.Dates) Dates {
	return Dates{
		EffectiveDate: d.EffectiveDate, EffectiveQuote: d.EffectiveQuote, UpdatedDate: d.UpdatedDate, UpdatedQuote: d.UpdatedQuote,
		UpcomingEffectiveDate: d.UpcomingEffectiveDate, UpcomingEffectiveQuote: d.UpcomingEffectiveQuote, Ambiguous: d.DateAmbiguous,
	}
}

func detailOfRecord(d service.DocumentDetail) DocumentDetail {
	out := DocumentDetail{Document: documentOfRecord(d.Document), Pinned: d.Pinned}
	if d.Version != nil {
		v := versionOfRecord(*d.Version)
		out.Version = &v
	}
	return out
}
