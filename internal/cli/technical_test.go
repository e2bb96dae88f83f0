package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestTechnicalVersionsAreShownAsSuch(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, _, err := openAt(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := store.Commit{Document: store.Document{ID: "d", Company: "c", URL: "https://c.example/terms", Type: "terms_of_service", State: store.DocumentBroken, StateSince: day.AddDate(0, 1, 0)}}
	for _, v := range []store.NewVersion{
		{Version: store.Version{ContentHash: "1"}, Text: "# Terms\n\nWe keep your data for 2 years.\n"},
		{Version: store.Version{ContentHash: "2", Technical: true, Revision: 1}, Text: "# Terms\n\nWe keep your data for 2 years.\n\nHarbour Ltd\n"},
		{Version: store.Version{ContentHash: "3", Revision: 1}, Text: "# Terms\n\nWe keep your data for 3 years.\n\nHarbour Ltd\n"},
	} {
		v.Version.DocumentID, v.Version.FetchedAt = "d", day
		c.Document.ContentHash, c.Versions = v.Version.ContentHash, []store.NewVersion{v}
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want, not string }{
		{"get versions d", "Technical", "Flapping"},
		{"get documents", "Broken  2026-02-02", "Present"},
		{"diff d --from 1 --to 2", "version 2 is technical", "version 1 is"},
		{"diff d", "[-2-] {+3+} years", "is technical"},
		{"diff d --from 1", "version 2 is technical", "version 3 is"},
	} {
		code, out, errs := call(t, nil, append(strings.Fields(c.args), "--store", folder)...)
		if code != exitDone || !strings.Contains(out+errs, c.want) || strings.Contains(out+errs, c.not) {
			t.Errorf("%s: exit code %d, want %q and not %q in\n%s%s", c.args, code, c.want, c.not, out, errs)
		}
	}
}
