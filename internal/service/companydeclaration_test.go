package service

import (
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/problem"
)

func TestDeclarationsBecomeDraftsWithPinnedURLs(t *testing.T) {
	t.Parallel()
	rows, err := readRows(ImportDeclarations, []byte(`{"name": "Alpha", "terms": {
		"Privacy Policy": {"fetch": "https://www.alpha.example/privacy", "select": "main"},
		"Terms of Service": {"combine": [{"fetch": "https://www.alpha.example/terms/1"}, {"fetch": "https://www.alpha.example/terms/2"}]},
		"Community Guidelines - Deceased Users": {"fetch": "https://help.beta.example/deceased"},
		"Letter of the Board": {"fetch": "https://www.alpha.example/letter"}}}
		[{"name": "Old", "documents": {"Trackers Policy": {"fetch": "https://old.example/cookies"}}}, {"name": "Empty", "terms": {}}, 7]`))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || rows[0].err != nil || rows[1].err != nil || rows[2].err == nil || rows[3].err == nil {
		t.Fatalf("got %+v, want two drafts and two errors", rows)
	}
	spec := rows[0].draft.Spec
	if got := spec["domains"].([]string); !slices.Equal(got, []string{"alpha.example", "beta.example"}) {
		t.Errorf("the domains are %q", got)
	}
	if got := spec["expectedTypes"].([]string); !slices.Equal(got, []string{"community_guidelines", "privacy_policy", "terms_of_service"}) {
		t.Errorf("the types are %q", got)
	}
	types := map[any]any{}
	for _, seed := range spec["seeds"].([]map[string]any) {
		types[seed["url"]] = seed["type"]
	}
	if len(types) != 4 || types["https://www.alpha.example/terms/1"] != "terms_of_service" || types["https://www.alpha.example/letter"] != nil {
		t.Errorf("the seeds are %v", types)
	}
	if got := rows[1].draft.Spec["expectedTypes"].([]string); !slices.Equal(got, []string{"cookie_policy"}) {
		t.Errorf("the types of the early format are %q", got)
	}
	if _, err := readRows(ImportDeclarations, []byte(`{"name": `)); !problem.IsCode(err, problem.MalformedRequest) {
		t.Errorf("truncated JSON has the error %v", err)
	}
}

func TestAListOfURLsHasOneCompanyInEachLine(t *testing.T) {
	t.Parallel()
	rows, err := readRows(ImportURLs, []byte("# ours\r\nhttps://alpha.example/legal\r\n\r\nbeta.example\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].draft.URL != "https://alpha.example/legal" || rows[0].line != 2 || rows[1].draft.URL != "beta.example" || rows[1].line != 4 {
		t.Errorf("got %+v", rows)
	}
	if _, err := readRows("xml", []byte("<a/>")); !problem.IsCode(err, problem.InvalidValue) {
		t.Errorf("an unknown format has the error %v", err)
	}
}
