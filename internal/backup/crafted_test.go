package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// rawSection is a section with the exact bytes of its records.
type rawSection struct {
	name, data string
	records    map[string]int64
}

// build returns an archive with the given sections. tweak changes its manifest, if it is not nil.
func build(t testing.TB, sections []rawSection, tweak func(*Manifest), options ...zstd.EOption) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, append([]zstd.EOption{zstd.WithWindowSize(windowSize), zstd.WithEncoderConcurrency(1)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	m := Manifest{Format: formatVersion, Program: "test"}
	for _, s := range sections {
		if _, err := io.WriteString(z, s.data); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(s.data))
		m.Sections = append(m.Sections, Section{Name: s.name, Bytes: int64(len(s.data)), SHA256: hex.EncodeToString(sum[:]), Records: maps.Clone(s.records)})
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if tweak != nil {
		tweak(&m)
	}
	f, err := m.frame()
	if err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), f...)
}

// documentsSection returns a section of documents with the given records.
func documentsSection(records ...string) rawSection {
	s := rawSection{name: store.SectionDocuments, records: map[string]int64{}, data: strings.Join(records, "")}
	for _, r := range records {
		for _, family := range []string{"document", "snapshot", "version", "change", "correction"} {
			if strings.HasPrefix(r, fmt.Sprintf(`{"family":%q`, family)) {
				s.records[family]++
			}
		}
	}
	return s
}

// body appends the length of a body to a record, and the body.
func body(record, body string) string {
	return fmt.Sprintf("%s,\"bytes\":%d}\n%s\n", strings.TrimSuffix(strings.TrimSuffix(record, "\n"), "}"), len(body), body)
}

func documentRecord(id, company, url string, versions int) string {
	return fmt.Sprintf("{\"family\":\"document\",\"record\":{\"id\":%q,\"company\":%q,\"url\":%q,\"versions\":%d}}\n", id, company, url, versions)
}

func versionRecord(id string, n int, snapshot string) string {
	return body(fmt.Sprintf(`{"family":"version","record":{"documentID":%q,"number":%d,"snapshotHash":%q}}`, id, n, snapshot), "text")
}

func snapshotRecord(company, hash, bytes string) string {
	return body(fmt.Sprintf(`{"family":"snapshot","record":{"company":%q,"hash":%q}}`, company, hash), bytes)
}

func changeRecord(id, document string, sequence int64, to int) string {
	return fmt.Sprintf("{\"family\":\"change\",\"record\":{\"sequence\":%d,\"id\":%q,\"kind\":\"Changed\",\"company\":\"c\",\"documentID\":%q,\"to\":%d}}\n", sequence, id, document, to)
}

func correctionRecord(document, company string) string {
	return fmt.Sprintf("{\"family\":\"correction\",\"record\":{\"documentID\":%q,\"company\":%q}}\n", document, company)
}

func runEventRecord(id string, sequence int) string {
	return fmt.Sprintf("{\"family\":\"runEvent\",\"record\":{\"runID\":\"r\",\"sequence\":%d,\"id\":%q}}\n", sequence, id)
}

func feedSection(sequence int64) rawSection {
	return rawSection{store.SectionFeed, fmt.Sprintf("{\"family\":\"feed\",\"record\":{\"sequence\":%d}}\n", sequence), map[string]int64{"feed": 1}}
}

func runsSection(records string) rawSection {
	return rawSection{store.SectionRuns, records, map[string]int64{"run": int64(strings.Count(records, "\n"))}}
}

const (
	goodURL = "https://x.example/"
	goodRun = "{\"family\":\"run\",\"record\":{\"id\":\"r\",\"company\":\"c\",\"state\":\"Complete\"}}\n"
)

// crafted returns archives that must be rejected, with a part of the error.
func crafted(t testing.TB) map[string]struct {
	archive []byte
	want    string
} {
	html := pack.Hash([]byte("html"))
	document := documentRecord("d", "c", goodURL, 1)
	version := versionRecord("d", 1, "")
	good := []rawSection{runsSection(goodRun), documentsSection(document, version)}
	whole := build(t, good, nil)
	damaged := bytes.Clone(whole)
	damaged[20] ^= 1
	lying := binary.LittleEndian.AppendUint32(nil, 1<<31)
	lying = append(append(bytes.Repeat([]byte("x"), 100), lying...), magic...)
	object := func(kind, name, json string) rawSection {
		return rawSection{store.SectionObjects, body(fmt.Sprintf(`{"family":"object","record":{"kind":%q,"namespace":"n","name":%q,"uid":"u","labels":null}}`, kind, name), json), map[string]int64{"object": 1}}
	}
	sections := func(s ...rawSection) []byte { return build(t, s, nil) }
	documents := func(records ...string) []byte { return sections(documentsSection(records...)) }
	tweaked := func(tweak func(*Manifest)) []byte { return build(t, good, tweak) }
	return map[string]struct {
		archive []byte
		want    string
	}{
		"empty file":                {nil, "not a complete backup"},
		"zstd file":                 {whole[:len(whole)-200], "not a complete backup"},
		"truncated at the end":      {whole[:len(whole)-1], "not a complete backup"},
		"manifest without data":     {lying, "not a complete backup"},
		"text after the end":        {append(bytes.Clone(whole), '\n'), "not a complete backup"},
		"damaged data":              {damaged, "section runs"},
		"newer format":              {tweaked(func(m *Manifest) { m.Format = formatVersion + 1 }), "upgrade the program"},
		"no format":                 {tweaked(func(m *Manifest) { m.Format = 0 }), "invalid format"},
		"wrong hash":                {tweaked(func(m *Manifest) { m.Sections[0].SHA256 = strings.Repeat("0", 64) }), "damaged"},
		"wrong number of records":   {tweaked(func(m *Manifest) { m.Sections[0].Records["run"] = 2 }), "the manifest says"},
		"missing section":           {tweaked(func(m *Manifest) { m.Sections = m.Sections[:1] }), "after its last section"},
		"sections in another order": {tweaked(func(m *Manifest) { m.Sections[0], m.Sections[1] = m.Sections[1], m.Sections[0] }), "wrong order"},
		"unknown section":           {tweaked(func(m *Manifest) { m.Sections[0].Name = "../runs" }), "unknown section"},
		"negative size":             {tweaked(func(m *Manifest) { m.Sections[0].Bytes = -1 }), "not a backup"},
		"longer than its manifest":  {tweaked(func(m *Manifest) { m.Sections[1].Bytes-- }), "section documents"},
		"shorter than its manifest": {tweaked(func(m *Manifest) { m.Sections[1].Bytes++ }), "truncated"},
		"declared bomb":             {tweaked(func(m *Manifest) { m.Sections[1].Bytes = 1 << 50 }), "not a backup"},
		"overflow of the size": {tweaked(func(m *Manifest) {
			m.Sections[0].Bytes, m.Sections[1].Bytes = minTotal, 1<<63-1
		}), "not a backup"},
		"bomb in a record": {sections(runsSection(strings.Repeat("a", maxLine+1<<20))), "more than"},
		"bomb after the last section": {build(t, []rawSection{runsSection(strings.Repeat("\x00", 32<<20))}, func(m *Manifest) {
			m.Sections = nil
		}), "after its last section"},
		"large window":                 {build(t, []rawSection{runsSection(goodRun), {name: store.SectionDocuments, data: strings.Repeat("x", 32<<20)}}, nil, zstd.WithWindowSize(256<<20)), "window"},
		"body of negative size":        {documents(document, "{\"family\":\"version\",\"record\":{\"documentID\":\"d\",\"number\":1},\"bytes\":-1}\n\n"), "maximum"},
		"body larger than the archive": {documents(document, "{\"family\":\"version\",\"record\":{\"documentID\":\"d\",\"number\":1},\"bytes\":200000000}\nx\n"), "unexpected EOF"},
		"huge body":                    {documents(document, "{\"family\":\"version\",\"record\":{\"documentID\":\"d\",\"number\":1},\"bytes\":1099511627776}\nx\n"), "maximum"},
		"body without end":             {documents(document, "{\"family\":\"version\",\"record\":{\"documentID\":\"d\",\"number\":1},\"bytes\":1}\nxx\n"), "newline"},
		"missing body":                 {documents(document, "{\"family\":\"version\",\"record\":{\"documentID\":\"d\",\"number\":1}}\n"), "body"},
		"unexpected body":              {sections(runsSection(body(goodRun, "x"))), "body"},
		"no JSON":                      {sections(runsSection("run\n")), "decode"},
		"record without end":           {sections(rawSection{store.SectionRuns, goodRun[:len(goodRun)-1], map[string]int64{"run": 1}}), "truncated"},
		"unknown family":               {sections(runsSection("{\"family\":\"../run\",\"record\":{}}\n")), "unknown family"},
		"foreign family":               {sections(runsSection(document)), "unknown family"},
		"foreign field":                {sections(runsSection(strings.Replace(goodRun, `"id"`, `"root":true,"id"`, 1))), "unknown field"},
		"repeated field":               {sections(runsSection(strings.Replace(goodRun, `"id"`, `"id":"q","id"`, 1))), "repeated field"},
		"field in other case":          {sections(runsSection(strings.Replace(goodRun, `"id"`, `"ID"`, 1))), "unknown field"},
		"field of the line":            {sections(runsSection(strings.Replace(goodRun, `"family"`, `"x":1,"family"`, 1))), "not in the form"},
		"wrong type":                   {sections(runsSection(strings.Replace(goodRun, `"r"`, `7`, 1))), "decode the run"},
		"record twice":                 {sections(runsSection(goodRun + goodRun)), "twice"},
		"wrong order":                  {sections(runsSection(strings.Replace(goodRun, `"r"`, `"s"`, 1) + goodRun)), "wrong order"},
		"unknown state":                {sections(runsSection(strings.Replace(goodRun, "Complete", "Root", 1))), "unknown state"},
		"path as an ID":                {sections(runsSection(strings.Replace(goodRun, `"r"`, `"../r"`, 1))), "invalid ID"},
		"path as a company":            {sections(runsSection(strings.Replace(goodRun, `"c"`, `"../../etc"`, 1))), "invalid company"},
		"parent as a company":          {documents(documentRecord("d", "../c", goodURL, 0)), "invalid company"},
		"foreign snapshots":            {documents(documentRecord("d", "c#", goodURL, 0)), "invalid company"},
		"URL with a script":            {documents(documentRecord("d", "c", "javascript:alert(1)", 0)), "invalid URL"},
		"version first":                {documents(version), "does not follow its document"},
		"version of another":           {documents(document, versionRecord("e", 1, "")), "does not follow its document"},
		"version twice":                {documents(documentRecord("d", "c", goodURL, 2), version, version), "follows version"},
		"exchange that cannot be read": {documents(document, strings.Replace(version, `"number":1`, `"number":1,"exchange":"AAAA"`, 1)), "exchange"},
		"version gap":                  {documents(documentRecord("d", "c", goodURL, 2), versionRecord("d", 2, "")), "follows version"},
		"too many versions":            {documents(document, version, versionRecord("d", 2, "")), "follows version"},
		"too few versions":             {documents(documentRecord("d", "c", goodURL, 2), version), "1 of its 2 versions"},
		"documents at a URL":           {documents(documentRecord("a", "c", goodURL, 0), documentRecord("b", "c", goodURL, 0)), "two documents"},
		"document twice":               {documents(documentRecord("a", "c", goodURL, 0), documentRecord("a", "c", goodURL+"2", 0)), "twice"},
		"missing snapshot":             {documents(document, versionRecord("d", 1, html)), "is missing"},
		"unused snapshot":              {documents(document, snapshotRecord("c", html, "html"), version), "no version refers"},
		"trailing snapshot":            {documents(documentRecord("d", "c", goodURL, 0), snapshotRecord("c", html, "html")), "no version refers"},
		"wrong snapshot":               {documents(document, snapshotRecord("c", html, "other"), versionRecord("d", 1, html)), "damaged"},
		"foreign snapshot":             {documents(document, snapshotRecord("other", html, "html"), versionRecord("d", 1, html)), "its company"},
		"change first":                 {documents(changeRecord("x", "d", 1, 0)), "does not follow a document"},
		"change before version":        {documents(document, changeRecord("x", "d", 1, 0), version), "0 of its 1 versions"},
		"change twice":                 {documents(document, version, changeRecord("x", "d", 1, 0), changeRecord("x", "d", 2, 0)), "twice"},
		"sequence twice":               {documents(document, version, changeRecord("x", "d", 1, 0), changeRecord("y", "d", 1, 0)), "twice"},
		"sequence of another": {documents(document, version, changeRecord("x", "d", 1, 0), documentRecord("e", "c", goodURL+"2", 0),
			changeRecord("y", "e", 1, 0)), "twice"},
		"huge sequence":              {documents(document, version, changeRecord("x", "d", 1<<60, 0)), "wrong order"},
		"change of version":          {documents(document, version, changeRecord("x", "d", 1, 2)), "invalid change"},
		"kind of change":             {documents(document, version, strings.Replace(changeRecord("x", "d", 1, 1), "Changed", "Hacked", 1)), "invalid change"},
		"feed before its changes":    {sections(documentsSection(document, version, changeRecord("x", "d", 7, 1)), feedSection(6)), "the feed is at 6"},
		"correction of another":      {documents(document, correctionRecord("e", "c"), version), "does not follow its document"},
		"correction by another":      {documents(document, correctionRecord("d", "other"), version), "does not follow its document"},
		"correction twice":           {documents(document, correctionRecord("d", "c"), correctionRecord("d", "c"), version), "does not follow its document"},
		"unknown kind":               {sections(object("Version", "n", `{"metadata":{"name":"n","namespace":"n"}}`)), "unknown kind"},
		"another resource":           {sections(object("Company", "n", `{"metadata":{"name":"other","namespace":"n"}}`)), "another kind, name"},
		"no resource":                {sections(object("Company", "n", `[]`)), "decode the resource"},
		"unknown request":            {sections(rawSection{store.SectionRequests, "{\"family\":\"runRequest\",\"record\":{\"runID\":\"r\",\"request\":\"Root\"}}\n", map[string]int64{"runRequest": 1}}), "unknown request"},
		"path as a checkpoint":       {sections(rawSection{store.SectionCheckpoints, body(`{"family":"checkpoint","record":{"key":"../r"}}`, "x"), map[string]int64{"checkpoint": 1}}), "invalid ID"},
		"webhook with a script":      {sections(rawSection{store.SectionWebhooks, "{\"family\":\"webhook\",\"record\":{\"id\":\"w\",\"url\":\"file:///etc/passwd\",\"state\":\"Active\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"secrets\":[\"s\"]}}\n", map[string]int64{"webhook": 1}}), "invalid URL"},
		"API key of all scopes":      {sections(rawSection{store.SectionAPIKeys, "{\"family\":\"apiKey\",\"record\":{\"id\":\"abcdefgh\",\"scopes\":[\"root\"]}}\n", map[string]int64{"apiKey": 1}}), "API key"},
		"foreign delivery":           {sections(rawSection{store.SectionDeliveries, "{\"family\":\"delivery\",\"record\":{\"id\":\"x\",\"webhookID\":\"w\",\"changeID\":\"c\"}}\n", map[string]int64{"delivery": 1}}), "invalid delivery"},
		"event twice":                {sections(rawSection{store.SectionRunEvents, runEventRecord("e", 1) + runEventRecord("e", 2), map[string]int64{"runEvent": 2}}), "twice"},
		"sequence of an event twice": {sections(rawSection{store.SectionRunEvents, runEventRecord("e", 1) + runEventRecord("f", 1), map[string]int64{"runEvent": 2}}), "twice"},
		"page without a URL":         {sections(rawSection{store.SectionPages, "{\"family\":\"page\",\"record\":{\"company\":\"c\",\"runID\":\"r\",\"url\":\"\"}}\n", map[string]int64{"page": 1}}), "invalid URL"},
	}
}

func TestCraftedArchivesAreRejected(t *testing.T) {
	t.Parallel()
	for name, c := range crafted(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "backup")
			if err := os.WriteFile(file, c.archive, 0o600); err != nil {
				t.Fatal(err)
			}
			a, err := Open(file)
			if err == nil {
				_, err = a.Validate(t.Context())
				_ = a.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want an error with %q, got: %v", c.want, err)
			}
		})
	}
}

func TestAGoodArchiveOfTheTestsIsAccepted(t *testing.T) {
	t.Parallel()
	html := pack.Hash([]byte("html"))
	data := build(t, []rawSection{runsSection(goodRun), documentsSection(documentRecord("d", "c", goodURL, 1), snapshotRecord("c", html, "html"), versionRecord("d", 1, html), changeRecord("x", "d", 7, 1)), feedSection(9)}, nil)
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	a, err := OpenStream(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Restore(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, text, err := s.VersionText(t.Context(), "d", 1); err != nil || text != "text" {
		t.Errorf("restored %q, %v", text, err)
	}
}

func FuzzReader(f *testing.F) {
	html := pack.Hash([]byte("html"))
	f.Add(build(f, []rawSection{runsSection(goodRun), documentsSection(documentRecord("d", "c", goodURL, 1), snapshotRecord("c", html, "html"), versionRecord("d", 1, html))}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := openArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if a.manifest.Bytes() > 1<<24 {
			return // a valid size that takes long
		}
		n := int64(0)
		err = a.each(t.Context(), func(e store.ArchiveEntry) error {
			n++
			if e.Family == nil || e.Record == nil || e.Family.HasBody != (e.Body != nil) {
				t.Errorf("entry %+v", e)
			}
			return nil
		})
		total := int64(0)
		for _, k := range a.manifest.Records() {
			total += k
		}
		if err == nil && n != total {
			t.Errorf("%d records, and the manifest says %d", n, total)
		}
	})
}

// FuzzRecords reads sections of arbitrary bytes.
func FuzzRecords(f *testing.F) {
	f.Add(goodRun)
	f.Add(documentRecord("d", "c", goodURL, 1) + versionRecord("d", 1, ""))
	f.Fuzz(func(t *testing.T, data string) {
		for _, name := range store.ArchiveSections {
			var c checker
			in := bufio.NewReader(strings.NewReader(data))
			_ = eachInSection(t.Context(), in, Section{Name: name, Bytes: int64(len(data))}, &c, func(store.ArchiveEntry) error { return nil })
		}
	})
}
