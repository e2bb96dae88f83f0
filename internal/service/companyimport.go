package service

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// ImportFormat is the format of the companies of an import.
type ImportFormat string

// The formats of an import.
const (
	ImportJSONLines ImportFormat = "jsonl" // an object with name, url, tags and spec in each line
	ImportCSV       ImportFormat = "csv"   // a header, and CompanyColumns
	ImportURLs      ImportFormat = "urls"  // a URL or a domain in each line
	// ImportDeclarations are service declarations of Open Terms Archive.
	ImportDeclarations ImportFormat = "declarations"
)

// MaxImportRows is the maximum number of companies of an import.
const MaxImportRows = 1000

// CompanyColumns are the columns that an import in CSV may have. domains and tags are lists that
// spaces separate. The columns of an export that are not among them are ignored.
var CompanyColumns = []string{"name", "url", "displayName", "domains", "tags", "schedule", "timeZone"}

// ExportedColumns are the further columns of an export in CSV.
var ExportedColumns = []string{"state", "documentCount", "lastChangedAt", "nextCrawlAt"}

// ImportResult is the result of a row of an import.
type ImportResult struct {
	// Row is the line of the row, from 1.
	Row int
	// Name is the name of the company, if it is known.
	Name string
	// Err is the reason why the company was not created, or nil.
	Err error
}

// importRow is a row that was read.
type importRow struct {
	line  int
	draft CompanyDraft
	err   error
}

// Import creates companies. An invalid row does not prevent the others; an internal error ends
// the import, and is the result of the remaining rows. With dryRun, nothing is created.
func (s *Companies) Import(ctx context.Context, caller Caller, format ImportFormat, data []byte, dryRun bool) ([]ImportResult, error) {
	if err := caller.Authorize(store.ScopeWrite); err != nil {
		return nil, err
	}
	rows, err := readRows(format, bytes.TrimPrefix(data, []byte("\ufeff")))
	if err != nil {
		return nil, err
	}
	out := make([]ImportResult, 0, len(rows))
	var fatal error
	names := map[string]bool{}
	for _, row := range rows {
		result := ImportResult{Row: row.line, Name: row.draft.Name, Err: cmp.Or(fatal, row.err)}
		if result.Err == nil {
			c, err := s.Create(ctx, caller, row.draft, dryRun)
			var p *problem.Problem
			switch {
			case err == nil && names[c.Name]: // only in a dry run: otherwise the company exists
				result.Name, result.Err = c.Name, companyExists(c.Name)
			case err == nil:
				result.Name, names[c.Name] = c.Name, true
			case errors.As(err, &p):
				result.Err = err
			default:
				fatal = err
				result.Err = err
			}
		}
		out = append(out, result)
	}
	return out, nil
}

func readRows(format ImportFormat, data []byte) ([]importRow, error) {
	read, ok := map[ImportFormat]func([]byte) ([]importRow, error){
		ImportJSONLines: readJSONLines, ImportCSV: readCSV, ImportURLs: readURLs, ImportDeclarations: readDeclarations,
	}[format]
	if !ok {
		return nil, problem.OfField("format", "must be %s, %s, %s or %s", ImportJSONLines, ImportCSV, ImportURLs, ImportDeclarations)
	}
	rows, err := read(data)
	if err == nil && len(rows) > MaxImportRows {
		err = problem.OfField("body", "has more than %d companies; split it", MaxImportRows)
	}
	if err == nil && len(rows) == 0 {
		err = problem.OfField("body", "has no companies")
	}
	return rows, err
}

func readJSONLines(data []byte) ([]importRow, error) {
	var rows []importRow
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(rows) > MaxImportRows {
			break
		}
		row := importRow{line: i + 1}
		var in struct {
			Name string         `json:"name"`
			URL  string         `json:"url"`
			Tags []string       `json:"tags"`
			Spec map[string]any `json:"spec"`
		}
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		if err == nil && d.More() {
			err = errors.New("the line has more than one value")
		}
		if err != nil {
			row.err = problem.Wrap(err, problem.MalformedRequest, "the line is not a JSON object with name, url, tags and spec only")
		}
		row.draft = CompanyDraft{Name: in.Name, URL: in.URL, Tags: in.Tags, Spec: in.Spec}
		rows = append(rows, row)
	}
	return rows, nil
}

func readCSV(data []byte) ([]importRow, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	header, err := r.Read()
	if err != nil {
		return nil, problem.OfField("body", "has no header; begin with a line of column names: %s", strings.Join(CompanyColumns, ","))
	}
	for i, column := range header {
		header[i] = strings.TrimSpace(column)
		if !slices.Contains(CompanyColumns, header[i]) && !slices.Contains(ExportedColumns, header[i]) {
			return nil, problem.OfField("body", "has the unknown column %.40q; the columns are %s", column, strings.Join(CompanyColumns, ","))
		}
	}
	var rows []importRow
	for len(rows) <= MaxImportRows {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row := importRow{}
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed):
			row.line, row.err = malformed.StartLine, problem.Wrap(err, problem.MalformedRequest, "the quotes of the row are not balanced")
		case err != nil:
			return nil, fmt.Errorf("read the rows: %w", err)
		case len(record) > len(header):
			row.line, _ = r.FieldPos(0)
			row.err = problem.New(problem.MalformedRequest, "the row has %d cells, and the header has %d", len(record), len(header))
		default:
			row.line, _ = r.FieldPos(0)
			row.draft = draftOfRecord(header, record)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// draftOfRecord returns the draft that a row of a CSV file describes.
func draftOfRecord(header, record []string) CompanyDraft {
	cells := map[string]string{}
	for i, value := range record {
		cells[header[i]] = strings.TrimSpace(FormulaText(value))
	}
	d := CompanyDraft{Name: cells["name"], URL: cells["url"], Tags: strings.Fields(cells["tags"])}
	spec := map[string]any{}
	if v := cells["displayName"]; v != "" {
		spec["displayName"] = v
	}
	if v := strings.Fields(cells["domains"]); len(v) > 0 {
		spec["domains"] = v
	}
	if v := cells["schedule"]; v != "" {
		schedule := map[string]any{"cron": v}
		if zone := cells["timeZone"]; zone != "" {
			schedule["timeZone"] = zone
		}
		spec["schedule"] = schedule
	}
	if len(spec) > 0 {
		d.Spec = spec
	}
	return d
}

// formulaStarts are the characters with which spreadsheets begin a formula.
const formulaStarts = "=+-@\t\r"

// PlainCell returns a text for a cell of a CSV file that no spreadsheet takes for a formula.
func PlainCell(text string) string {
	if text != "" && strings.ContainsRune(formulaStarts, rune(text[0])) {
		return "'" + text
	}
	return text
}

// FormulaText returns the text of which PlainCell made a cell.
func FormulaText(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulaStarts, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
