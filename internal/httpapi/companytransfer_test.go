package httpapi

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/service"
)

func TestAnImportReportsEachRow(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("taken.example")
	lines := strings.Join([]string{
		`{"url":"https://acme.example/","tags":["a"]}`, ``, `{"url":"taken.example"}`, `{"name":"other","spec":{"domains":["co.uk"]}}`,
		`{"name":`, `{"nome":"x"}`, `{"url":"a.example"}{"url":"b.example"}`, `{"name":"last","url":"last.example","spec":{"schedule":{"cron":"@daily"}}}`,
	}, "\n")
	header := []string{"Content-Type", "application/x-ndjson"}
	for _, path := range []string{"/v1/companies/import?dryRun=true", "/v1/companies/import"} {
		report := decode[ImportReport](t, a.call("POST", path, lines, header...), 200)
		var got []string
		for _, row := range report.Items {
			got = append(got, fmt.Sprint(row.Row, " ", row.Name, " ", strings.TrimPrefix(row.Type, "https://clausea.co/problems/")))
		}
		want := "1 acme.example |3  already-exists|4 other invalid-value|5  malformed-request|6  malformed-request|7  malformed-request|8 last "
		if strings.Join(got, "|") != want || report.Created != 2 || report.Failed != 5 {
			t.Errorf("%s: the report is %s with %d created, want %s", path, strings.Join(got, "|"), report.Created, want)
		}
		if row := report.Items[2]; len(row.Errors) != 1 || row.Errors[0].Location != "body.spec.domains[0]" {
			t.Errorf("the row of an invalid company is %+v", row)
		}
	}
	if c := decode[Company](t, a.call("GET", "/v1/companies/last", ""), 200); c.Domains[0] != "last.example" || c.Spec.Schedule.Cron != "@daily" {
		t.Errorf("the imported company is %+v", c)
	}
	for name, c := range map[string]struct {
		contentType, body string
		status            int
	}{
		"other type":     {"application/json", `{"url":"x.example"}`, 415},
		"URLs":           {"text/plain", "https://x.example/", 200},
		"declarations":   {"application/vnd.open-terms-archive+json", `{"terms":{"Imprint":{"fetch":"https://y.example/imprint"}}}`, 200},
		"no row":         {"application/x-ndjson", "\n\n", 422},
		"too many rows":  {"application/x-ndjson", strings.Repeat("{}\n", 1001), 422},
		"too many bytes": {"text/csv", strings.Repeat("a", 1<<20+1), 413},
		"unknown column": {"text/csv", "name,password\nacme,x\n", 422},
		"no header":      {"text/csv", "\"", 422},
	} {
		if r := a.call("POST", "/v1/companies/import", c.body, "Content-Type", c.contentType); r.StatusCode != c.status {
			t.Errorf("%s: status %d: %s", name, r.StatusCode, r.body)
		}
	}
}

func TestAnExportCanBeImported(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	formula := `=HYPERLINK("https://evil.example")`
	body := fmt.Sprintf(`{"name":"acme","tags":["x","y"],"spec":{"displayName":%q,"domains":["acme.example","acme2.example"],"schedule":{"cron":"30 2 * * *","timeZone":"Europe/Paris"}}}`, formula)
	decode[CreatedCompany](t, a.call("POST", "/v1/companies", body), 201)
	a.createCompany("zeta.example")
	for format, contentType := range map[string]string{"jsonl": "application/x-ndjson", "csv": "text/csv"} {
		r := a.call("GET", "/v1/companies/export?format="+format, "")
		if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), contentType) || !strings.Contains(r.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: status %d with %v", format, r.StatusCode, r.Header)
		}
		if format == "csv" {
			rows, err := csv.NewReader(strings.NewReader(string(r.body))).ReadAll()
			if err != nil || len(rows) != 3 || rows[1][2] != "'"+formula {
				t.Errorf("the CSV is %q, %v", rows, err)
			}
		}
		b := newTestAPI(t, nil)
		if report := decode[ImportReport](t, b.call("POST", "/v1/companies/import", string(r.body), "Content-Type", contentType+"; charset=utf-8"), 200); report.Created != 2 {
			t.Fatalf("%s: the report is %+v", format, report)
		}
		c := decode[Company](t, b.call("GET", "/v1/companies/acme", ""), 200)
		if c.DisplayName != formula || len(c.Domains) != 2 || len(c.Tags) != 2 || c.Spec.Schedule.TimeZone != "Europe/Paris" {
			t.Errorf("%s: the imported company is %+v", format, c)
		}
	}
}

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain", "", "'quoted"} {
		cell := service.PlainCell(text)
		if strings.ContainsAny(cell[:min(len(cell), 1)], "=+-@\t\r") || service.FormulaText(cell) != text {
			t.Errorf("%q becomes the cell %q, and that %q", text, cell, service.FormulaText(cell))
		}
	}
}
