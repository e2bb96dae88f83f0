package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CompanySummary summarizes the documents and crawls of a company. CommitDocument and PutCrawl
// maintain it, so that a list of companies reads no documents.
type CompanySummary struct {
	Name string `json:"name"`
	// Documents is the number of documents, without those that a person determined not to be
	// legal. DocumentsByType and DocumentsByState divide it.
	Documents        int                   `json:"documents"`
	DocumentsByType  map[string]int        `json:"documentsByType"`
	DocumentsByState map[DocumentState]int `json:"documentsByState"`
	LastChanged      time.Time             `json:"lastChanged"`
	// LastCrawl is the last crawl that ended. It is zero if there was none.
	LastCrawl CrawlSummary `json:"lastCrawl"`
}

// CrawlSummary summarizes a crawl that ended.
type CrawlSummary struct {
	RunID      string         `json:"runID"`
	State      RunState       `json:"state"`
	StopReason string         `json:"stopReason"`
	FinishedAt time.Time      `json:"finishedAt"`
	Documents  DocumentCounts `json:"documents"`
	Coverage   []Coverage     `json:"coverage"`
}

// CompanySort is the order of a CompanyQuery.
type CompanySort string

// The orders of companies.
const (
	CompaniesByName        CompanySort = ""
	CompaniesByLastChanged CompanySort = "LastChanged" // the latest change first
)

// CompanyQuery selects company summaries.
type CompanyQuery struct {
	// Names selects companies by name. If it is empty, it selects all.
	Names []string
	// Prefix selects companies whose name begins with it.
	Prefix string
	Sort   CompanySort
	ListOptions
}

// Validate returns an error if q has more than MaxQueryValues names, or if its order is unknown.
func (q CompanyQuery) Validate() error {
	if q.Sort != CompaniesByName && q.Sort != CompaniesByLastChanged {
		return fmt.Errorf("query companies: unknown order %.40q", q.Sort)
	}
	return checkQueryLists("companies", len(q.Names))
}

// Companies reads and writes company summaries.
type Companies interface {
	// GetCompany returns the summary of a company, or ErrNotFound.
	GetCompany(ctx context.Context, name string) (CompanySummary, error)
	// QueryCompanies returns one page of the summaries that q selects.
	QueryCompanies(ctx context.Context, q CompanyQuery) (items []CompanySummary, next string, err error)
	// PutCrawl sets LastCrawl of a company, unless the stored one finished later. It creates the
	// summary if there is none.
	PutCrawl(ctx context.Context, f Fence, company string, c CrawlSummary) error
}

// AfterAllNames follows a prefix in a key that is greater than every name with that prefix.
const AfterAllNames = string(utf8.MaxRune)

// CompanyKey returns the key of a summary in a list by CompaniesByLastChanged.
func CompanyKey(c CompanySummary) string {
	return strconv.FormatInt(c.LastChanged.UnixMilli(), 10) + "\n" + c.Name
}

// DecodeCompanyKey returns the parts of a CompanyKey: milliseconds since 1970 and a name. An empty
// key is before all others.
func DecodeCompanyKey(key string) (changed int64, name string, err error) {
	if key == "" {
		return math.MaxInt64, "", nil
	}
	ms, name, _ := strings.Cut(key, "\n")
	changed, err = strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return 0, "", ErrInvalidToken
	}
	return changed, name, nil
}
