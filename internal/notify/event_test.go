package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestAMessageStaysBelow20kBAndKeepsWhatIdentifiesTheChange(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<&\u2028ü", 400)
	c := store.Change{ID: "c", Company: "legal/acme", DocumentID: "d", At: time.Now(), Title: long, URL: "https://x.example/" + strings.Repeat("a", 2000), PreviousURL: "https://x.example/" + strings.Repeat("b", 2000)}
	for range store.MaxChangeHeadings {
		c.Summary.Headings = append(c.Summary.Headings, long)
	}
	for range 500 {
		c.Summary.Insignificant = append(c.Summary.Insignificant, store.InsignificantEdits{Rule: "whitespace-of-a-long-rule", Edits: 1})
	}
	body, err := changeBody(c)
	if err != nil || len(body) > 20_000 {
		t.Fatalf("the message has %d bytes, %v", len(body), err)
	}
	var got struct{ Data ChangeData }
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Data.URL != c.URL || got.Data.Company != "acme" || got.Data.Tags[0] != "company:acme" || got.Data.Tags[1] != "document:d" {
		t.Errorf("the data is %+v", got.Data)
	}
	if len(c.Summary.Headings) != store.MaxChangeHeadings {
		t.Error("the change itself was shortened")
	}
	if strings.Contains(string(body), "null") {
		t.Errorf("the message contains null: %s", body)
	}
}
